/** Whose a helper container is: of the one process that works in its volume, wherever that keeps its state. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { kill } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../../host/host.ts";
import { livenessOf, type ProcessMark, readMark, writeMark } from "../../host/process-mark.ts";
import { errnoOf } from "../../host/reason.ts";

export interface HelperOwner {
  readonly host: Host;
  readonly mark: ProcessMark;
  /** Where it keeps its state. */
  readonly folder: string;
}

/** A process that works in the volume already. */
export interface OtherOwner {
  readonly mark: ProcessMark;
  readonly folder: string;
}

/** What the helper is labelled with. */
export function writeOwner({ mark, folder }: HelperOwner): string {
  return JSON.stringify({ ...mark, folder });
}

/** Undefined where the process of a label is this one, or does not live any more. */
export async function livingOwner({ host, mark }: HelperOwner, label: string): Promise<OtherOwner | undefined> {
  const other = readMark(label);
  if (other === undefined || writeMark(other) === writeMark(mark)) return undefined;
  if ((await livenessOf(host, other)) !== "alive") return undefined;
  const { folder } = JSON.parse(label) as { readonly folder?: unknown };
  return { mark: other, folder: typeof folder === "string" ? folder : "" };
}

/** It ends by itself soon. Milliseconds. */
const endMs = 10_000;
const lookMs = 100;

/** End a process that lost its state; false for one that has it, or that cannot be looked into or ended. */
export async function endStray({ host }: HelperOwner, other: OtherOwner): Promise<boolean> {
  if (!(await isStray(other))) return false;
  try {
    kill(other.mark.pid, "SIGTERM");
  } catch {
    // it is another user's, or was quicker
  }
  for (let waited = 0; waited < endMs; waited += lookMs) {
    if ((await livenessOf(host, other.mark)) !== "alive") return true;
    await sleep(lookMs);
  }
  return false;
}

/** The name is that of the mark in `SyncPlaces`. */
async function isStray({ mark, folder }: OtherOwner): Promise<boolean> {
  try {
    const found = readMark(await readFile(join(folder, "process"), "utf8"));
    return found === undefined || writeMark(found) !== writeMark(mark);
  } catch (error) {
    return errnoOf(error) === "ENOENT";
  }
}
