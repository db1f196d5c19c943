import { posix } from "node:path";
import type { ContainerInfo, LayerChange } from "../../engine/containers.ts";
import { devenvError } from "../../errors.ts";
import type { Needle } from "../../host/archive/search-tar.ts";
import { environmentLabel, folderLabel, projectLabel, rootLabel, workspaceLabel } from "../../plan/labels.ts";
import { layerReads } from "../../plan/layer-reads.ts";
import { ownerOf } from "../../plan/owned.ts";
import { nameInPhase } from "../../plan/phase.ts";
import type { EnvironmentSpec } from "../../spec/spec.ts";
import type { Secrets } from "../container/secrets.ts";
import type { OperationContext } from "../operation.ts";

/** Less than this stands everywhere, and is no secret. */
const minBytes = 4;

export interface SecretCheck {
  /** The snapshot's. */
  readonly name: string;
  readonly environment: EnvironmentSpec;
  readonly container: ContainerInfo;
  /** What the container was kept as. */
  readonly image: string;
  /** What of it was not in the container's image. */
  readonly changes: readonly LayerChange[];
  readonly secrets: Secrets;
}

/** Throws SNAPSHOT_HOLDS_SECRET when a file of what was kept holds a secret's value. */
export async function refuseSecrets(context: OperationContext, check: SecretCheck): Promise<void> {
  const needles = needlesOf(context, check);
  const files = needles.length === 0 ? [] : await findFiles(context, check, needles);
  if (files.length > 0) {
    throw devenvError("SNAPSHOT_HOLDS_SECRET", { name: check.name, environment: check.environment.name, files });
  }
}

function needlesOf({ report }: OperationContext, { secrets, environment }: SecretCheck): readonly Needle[] {
  return [...secrets.values].flatMap(([name, value]) => {
    const trimmed = Buffer.from(value.toString("latin1").trim(), "latin1");
    const forms = [value, trimmed].filter(({ length }) => length >= minBytes);
    if (forms.length === 0) {
      const text = `secret \`${name}\` is shorter than ${minBytes} bytes: no file is searched for it`;
      report({ kind: "warning", environment: environment.name, text });
    }
    return forms.map((bytes) => ({ name, bytes }));
  });
}

interface SecretFile {
  readonly path: string;
  readonly secret: string;
}

/** Read in a container that never starts: it has the image's files and, unlike the real one, nothing mounted over them. */
async function findFiles(
  context: OperationContext,
  check: SecretCheck,
  needles: readonly Needle[],
): Promise<readonly SecretFile[]> {
  const { containers } = context.engine;
  const { searchTar } = await import("../../host/archive/search-tar.ts");
  const id = await createReader(context, check);
  try {
    const changed = new Set(check.changes.map(({ path }) => path));
    const found = new Map<string, SecretFile>();
    for (const read of layerReads(check.changes)) {
      context.signal?.throwIfAborted();
      const tar = await containers.pack(id, read);
      if (tar === undefined) continue;
      for (const { path, needle } of await searchTar(tar, needles)) {
        const absolute = posix.join(posix.dirname(read), path);
        if (changed.has(absolute)) found.set(`${absolute}\0${needle}`, { path: absolute, secret: needle });
      }
    }
    return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  } finally {
    await containers.remove(id);
  }
}

/** Its labels let the next command remove what an interrupted one left; so does the next snapshot. */
async function createReader({ engine }: OperationContext, { container, image }: SecretCheck): Promise<string> {
  const name = `${nameInPhase(container.name, "done")}.check`;
  const own = [projectLabel, workspaceLabel, rootLabel, folderLabel, environmentLabel];
  const labels = Object.fromEntries(own.map((label) => [label, container.labels[label] ?? ""]));
  const { [workspaceLabel]: workspace = "" } = labels;
  const left = (await engine.containers.list({ [workspaceLabel]: workspace })).find(
    (one) => one.name === name && ownerOf(one) !== undefined,
  );
  if (left !== undefined) await engine.containers.remove(left.id);
  const { id } = await engine.containers.create({
    name,
    image,
    command: ["true"],
    workdir: "/",
    env: {},
    labels,
    mounts: [],
    ports: [],
  });
  return id;
}
