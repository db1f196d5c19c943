/** What a snapshot is kept as until it is known to hold no secret, and how the next command finds what a killed one left. */
import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ImageInfo } from "../../engine/engine.ts";
import { isDevenvError } from "../../errors.ts";
import { writeFileAtomic } from "../../host/atomic-write.ts";
import type { Host } from "../../host/host.ts";
import { workspaceId } from "../../plan/container.ts";
import { createdLabel, projectLabel, snapshotLabel } from "../../plan/labels.ts";
import type { KnownContext } from "../operation.ts";

interface Unchecked {
  readonly tag: string;
  /** The snapshot's. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly started: number;
}

/** An engine ends a commit that it began, also for a command that was killed meanwhile. */
const longestCommitMs = 10 * 60 * 1000;

/** A snapshot's labels are written so long before it is begun, at the most. */
const labelledMs = 60 * 1000;

/** There while a snapshot is being taken, so that no command has to ask the engine for what is not there. */
export function uncheckedMark({ cacheDir }: Pick<Host, "cacheDir">, root: string): string {
  return join(cacheDir, "unchecked", `${workspaceId(root)}.json`);
}

/** Whether a snapshot is being taken, or one was killed. */
export function hasUnchecked({ host, spec }: Pick<KnownContext, "host" | "spec">): boolean {
  return existsSync(uncheckedMark(host, spec.root));
}

/** Run with an image that may hold secrets under this name; it is gone afterwards, now or with the next command. */
export async function withUnchecked<Result>(
  context: KnownContext,
  { tag, name }: Omit<Unchecked, "started">,
  run: () => Promise<Result>,
): Promise<Result> {
  const mark = uncheckedMark(context.host, context.spec.root);
  const unchecked: Unchecked = { tag, name, started: Date.now() };
  await writeFileAtomic(mark, JSON.stringify(unchecked), 0o600);
  try {
    return await run();
  } finally {
    await context.engine.images.remove(tag);
    await rm(mark, { force: true });
  }
}

/** Remove what a snapshot left that was killed; call it under the workspace's lock. */
export async function removeUnchecked(context: KnownContext): Promise<void> {
  const mark = uncheckedMark(context.host, context.spec.root);
  const unchecked = await readMark(mark);
  if (unchecked === undefined) return;
  const isFound = await removeImages(context, unchecked);
  if (isFound || Date.now() - unchecked.started > longestCommitMs) await rm(mark, { force: true });
}

async function readMark(mark: string): Promise<Unchecked | undefined> {
  try {
    const { tag, name, started } = JSON.parse(await readFile(mark, "utf8")) as Partial<Unchecked>;
    const isWhole = typeof tag === "string" && typeof name === "string" && typeof started === "number";
    return isWhole ? { tag, name, started } : undefined;
  } catch {
    return undefined;
  }
}

/** The image itself, the container in which its files were read, and what it was made of where that has no name yet. */
async function removeImages({ engine, spec }: KnownContext, { tag, name, started }: Unchecked): Promise<boolean> {
  const { images, containers } = engine;
  const labels = { [projectLabel]: spec.project };
  for (const container of await containers.list(labels)) {
    if (container.image === tag && container.name.endsWith(".check")) await containers.remove(container.id);
  }
  const found = await images.list({ ...labels, [snapshotLabel]: name });
  // what somebody made of a snapshot of this name has its labels too, which are older
  const isDraft = ({ tags, labels: own }: ImageInfo) =>
    tags.length === 0 && Date.parse(own[createdLabel] ?? "") >= started - labelledMs;
  const left = found.filter((image) => isDraft(image) || image.tags.includes(tag));
  for (const image of left) {
    await images.remove(image.tags.length === 0 ? image.id : tag).catch((error: unknown) => {
      if (!isDevenvError(error, "IMAGE_IN_USE")) throw error;
    });
  }
  return left.some((image) => image.tags.includes(tag));
}
