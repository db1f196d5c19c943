/** What a volume holds that the host does not have, once all was brought over that can be: asked before the volume is removed. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { ownMark } from "../../host/process-mark.ts";
import { reasonOf } from "../../host/reason.ts";
import type { Session } from "../session-options.ts";
import { ask } from "./client.ts";
import { claimMark } from "./mark.ts";
import { removeHelper } from "./open-container.ts";
import { environmentOpener, type OpenerOptions } from "./open-environment.ts";
import { startPatience } from "./patience.ts";
import { type KeptEnvironment, knownEnvironment, type RecordHead, readRecord } from "./record.ts";

export interface Unsaved {
  /** The first of them, in order. */
  readonly paths: readonly string[];
  readonly count: number;
  /** Of the sync, when it was asked: `paused`, `halted`, `idle`. */
  readonly state: string;
  /** What is made inside is not brought to the host. */
  readonly isOneWay: boolean;
  /** Why it cannot be told. */
  readonly reason?: string | undefined;
}

export interface UnsavedRequest extends OpenerOptions {
  readonly record: RecordHead;
  /** Of the environment. */
  readonly name: string;
  readonly volume: { readonly name: string; readonly id: string };
  /** `linux/amd64`: the engine's. */
  readonly platform: string;
  /** Bring nothing over, only look. */
  readonly isLookOnly: boolean;
}

/** No more paths are named. */
const mostNamed = 10;

export function summary(paths: readonly string[]): Pick<Unsaved, "paths" | "count"> {
  return { paths: paths.toSorted().slice(0, mostNamed), count: paths.length };
}

/** By the process that keeps it in step, which waits as long as anything comes over; by this one where there is none. */
export async function unsavedOf(request: UnsavedRequest): Promise<Unsaved> {
  const { places, name, volume } = request;
  const kept = knownEnvironment(await readRecord(places.record), volume.id);
  const isOneWay = kept?.sync?.direction === "to-container";
  try {
    return (await askProcess(request, isOneWay)) ?? (await lookOurselves(request, kept));
  } catch (error) {
    return { paths: [], count: 0, state: "unknown", isOneWay, reason: `${name}: ${reasonOf(error)}` };
  }
}

/** Longer than the process itself waits, with time to look through both sides. Milliseconds. */
const answerMs = 180_000;

/** Undefined when no process keeps it in step. */
async function askProcess({ places, name }: UnsavedRequest, isOneWay: boolean): Promise<Unsaved | undefined> {
  const patience = startPatience(answerMs, answerMs);
  const options = { signal: patience.signal, isAbortFine: true, onProgress: patience.renew };
  const answer = await ask(places.address, { kind: "unsaved", environment: name }, options);
  patience.end();
  if (answer?.kind === "unsaved") return { ...answer, isOneWay };
  if (patience.signal.aborted) throw new Error("the process that keeps it in step gives no answer");
  if (answer?.kind !== "failed" || answer.code === "SYNC_NOT_RUNNING") return undefined;
  throw new Error((answer.details as { readonly reason?: string }).reason ?? answer.code);
}

/** What was left undone, which is seldom much, and never is all that is written all the time. Milliseconds. */
const flushMs = 60_000;

/** What was made for this is gone afterwards. */
async function lookOurselves(request: UnsavedRequest, kept: KeptEnvironment | undefined): Promise<Unsaved> {
  const { host, engine, places, volume, record, name } = request;
  const wasKnown = existsSync(places.folder);
  const claim = await claimMark(host, places);
  if (claim === undefined) throw new Error("another process looks at it");
  try {
    const environment = kept ?? unknownEnvironment(request);
    const { sync } = environment;
    if (sync === undefined) throw new Error(`nothing is known of volume ${volume.name}`);
    const isPaused = request.isLookOnly || kept === undefined;
    const open = environmentOpener({ host, engine, places });
    const session = await open({ record, name, environment, sync, isPaused, listener: {} });
    try {
      const found = { ...(await askSession(session)), isOneWay: sync.direction === "to-container" };
      // nobody has paused it
      return isPaused ? { ...found, state: "unknown" } : found;
    } finally {
      await session.close();
      const owner = { host, mark: await ownMark(host), folder: places.folder };
      await removeHelper(engine, { record, name, sync, owner });
    }
  } finally {
    await claim.letGo();
    if (!wasKnown) await rm(places.folder, { recursive: true, force: true });
  }
}

/** After what can be brought over was. */
async function askSession(session: Session): Promise<Omit<Unsaved, "isOneWay">> {
  const patience = startPatience(flushMs, flushMs);
  const tired = new Promise((resolve) => patience.signal.addEventListener("abort", resolve, { once: true }));
  await Promise.race([session.flush(), tired]);
  patience.end();
  return { ...summary(await session.unsaved()), state: session.status().state };
}

/** Where nothing is known of what was to be kept in step, all of it counts. */
function unknownEnvironment({ volume, platform }: UnsavedRequest): KeptEnvironment {
  const whose = { owner: { uid: 0, gid: 0 }, direction: "two-way", conflicts: "wait" } as const;
  const sync = { container: volume.name, volume: volume.name, volumeId: volume.id, platform, ...whose };
  return { exclude: [], ignore: [], watch: [], sync };
}
