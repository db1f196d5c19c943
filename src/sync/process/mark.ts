/** Who keeps a workspace in step: one process of a state folder at a time. */
import { readFile, rm, writeFile } from "node:fs/promises";
import type { Host } from "../../host/host.ts";
import { makePrivateFolder } from "../../host/private-folder.ts";
import { livenessOf, ownMark, readMark, writeMark } from "../../host/process-mark.ts";
import type { SyncPlaces } from "./places.ts";

export interface Claim {
  /** What is written in the mark. */
  readonly text: string;
  letGo(): Promise<void>;
}

/**
 * Undefined where another process has it. Commands start one at a time, under the workspace's
 * lock, so that looking and marking need not be one step.
 */
export async function claimMark(host: Host, { folder, mark }: SyncPlaces): Promise<Claim | undefined> {
  await makePrivateFolder(host, folder);
  const other = readMark(await readFile(mark, "utf8").catch(() => ""));
  if (other !== undefined && (await livenessOf(host, other)) === "alive") return undefined;
  const text = writeMark(await ownMark(host));
  await writeFile(mark, text);
  const isOurs = async () => (await readFile(mark, "utf8").catch(() => "")) === text;
  return {
    text,
    async letGo() {
      if (await isOurs()) await rm(mark, { force: true });
    },
  };
}
