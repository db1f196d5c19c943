/** What commands do about the process that syncs: write down what is to be kept in step, start it, end it, wait for it. */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { devenvError } from "../../errors.ts";
import type { Host } from "../../host/host.ts";
import { makePrivateFolder } from "../../host/private-folder.ts";
import { changedProcess, changesIn } from "./changes.ts";
import { type AskOptions, ask, type FinalAnswer } from "./client.ts";
import type { EnvironmentSync, SyncRequest } from "./messages.ts";
import { type SyncPlaces, syncPlaces } from "./places.ts";
import { formerWith, type KeptEnvironment, type RecordHead, readRecord, writeRecord } from "./record.ts";
import type { Circumstances, Settings } from "./settings.ts";

export interface ControlOptions {
  readonly host: Host;
  /** Id of the workspace. */
  readonly workspace: string;
  /** Program and arguments that run the process for a workspace. */
  readonly command: readonly [program: string, ...args: string[]];
  /** What a process that is started now runs with; undefined where that does not count. */
  readonly circumstances?: Circumstances | undefined;
}

export interface StartRequest extends AskOptions {
  readonly workspace: RecordHead;
  readonly name: string;
  readonly environment: KeptEnvironment;
}

export interface SyncControl {
  readonly places: SyncPlaces;
  /** Keep an environment in step from now on; resolves once both sides are equal, with how it stands then. */
  start(request: StartRequest): Promise<EnvironmentSync | undefined>;
  /** Both sides are made equal, then it ends. Names that are not kept in step are no error. */
  stop(names: readonly string[]): Promise<void>;
  /** Nothing of a volume is to be asked for again, as the host has all of it, until it is in a container again. */
  finish(name: string): Promise<void>;
  /** Why a process that keeps it in step is not as wanted, in the user's words; undefined when there is none. */
  changesOf(name: string, wanted: Settings): Promise<readonly string[] | undefined>;
  /** The process's answer; it is started where it should run and does not. Undefined when nothing is to be kept in step. */
  ask(request: SyncRequest, options?: AskOptions): Promise<FinalAnswer | undefined>;
}

/** Commands that change what is kept in step run under the workspace's lock, so that one process is started. */
export function openControl({ host, workspace, command, circumstances }: ControlOptions): SyncControl {
  const places = syncPlaces(host, workspace);
  const wake = async (request: SyncRequest, options?: AskOptions) => {
    const answer = await ask(places.address, request, options);
    if (answer !== undefined) return answer;
    await startProcess(host, places, command);
    return await ask(places.address, request, options);
  };

  return {
    places,
    async start({ workspace: head, name, environment, ...options }) {
      await makePrivateFolder(host, places.folder);
      const record = await readRecord(places.record);
      const environments = { ...record?.environments, [name]: environment };
      const changed = { version: 1, ...head, environments, former: formerWith(record, [name], environment) } as const;
      await writeRecord(places.record, changed);
      const running = await ask(places.address, { kind: "status" });
      const isOld = changedProcess(running, circumstances).length > 0;
      await ask(places.address, { kind: isOld ? "stop" : "reload" });
      const answer = await wake({ kind: "flush", environment: name }, options);
      checked(answer, name, places);
      return answer?.kind === "done" ? answer.environments[0] : undefined;
    },
    async stop(names) {
      const record = await readRecord(places.record);
      if (record === undefined || !names.some((name) => record.environments[name] !== undefined)) return;
      // what cannot be brought over now is brought over by the next sync: the volume stays
      for (const name of names) await ask(places.address, { kind: "flush", environment: name }, stopOptions());
      const rest = Object.entries(record.environments).filter(([name]) => !names.includes(name));
      const former = formerWith(record, names);
      await writeRecord(places.record, { ...record, environments: Object.fromEntries(rest), former });
      await ask(places.address, rest.length === 0 ? { kind: "stop" } : { kind: "reload" }, stopOptions());
      // only here: most commands need it not
      if (rest.length === 0) (await import("./sweep-leftovers.ts")).sweepLeftovers(record.root);
    },
    async finish(name) {
      const record = await readRecord(places.record);
      const one = record?.former?.[name];
      if (record === undefined || one === undefined) return;
      await writeRecord(places.record, {
        ...record,
        former: { ...record.former, [name]: { ...one, isFinished: true } },
      });
    },
    async changesOf(name, wanted) {
      return changesIn(await ask(places.address, { kind: "status" }), name, { now: circumstances, wanted });
    },
    async ask(request, options) {
      const record = await readRecord(places.record);
      if (record === undefined || Object.keys(record.environments).length === 0) return undefined;
      return wake(request, options);
    },
  };
}

/** A container that cannot be reached must not keep `down` from removing it, nor a process that hangs. Milliseconds. */
const stopFlushMs = 5_000;

function stopOptions(): AskOptions {
  return { signal: AbortSignal.timeout(stopFlushMs), isAbortFine: true };
}

/** Throws what the process says went wrong. */
export function checked(answer: FinalAnswer | undefined, environment: string, { log }: SyncPlaces): void {
  if (answer === undefined) throw devenvError("SYNC_FAILED", { environment, reason: "its process has ended", log });
  if (answer.kind === "failed") throw devenvError(answer.code, answer.details as never);
}

/** Of itself, the C library keeps memory for each thread, and gives little of it back. */
const sparing = { MALLOC_ARENA_MAX: "1", MALLOC_TRIM_THRESHOLD_: "131072", MALLOC_MMAP_THRESHOLD_: "16384" };

const startMs = 10_000;
const lookMs = 20;

async function startProcess(host: Host, places: SyncPlaces, command: ControlOptions["command"]): Promise<void> {
  const [program, ...args] = command;
  await makePrivateFolder(host, places.folder);
  await host.processes.startDetached(program, args, { logFile: places.log, env: sparing });
  for (let waited = 0; waited < startMs; waited += lookMs) {
    if ((await ask(places.address, { kind: "status" })) !== undefined) return;
    await sleep(lookMs);
  }
  const text = await readFile(places.log, "utf8").catch(() => "");
  throw devenvError("SYNC_PROCESS_FAILED", { log: places.log, lastLines: text.trimEnd().split("\n").slice(-5) });
}
