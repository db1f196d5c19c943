/** Who keeps a workspace in step: one process of a state folder at a time. */
import { readFile, rm, writeFile } from "node:fs/promises";
import type { Host } from "../../host/host.ts";
import { makePrivateFolder } from "../../host/private-folder.ts";
import { livenessOf, ownMark, readMark, writeMark } from "../../host/process-mark.ts";
import type { SyncPlaces } from "./places.ts";

/**
 * Gives what lets go of it, or undefined where another process has it. Commands start one at a time, under the workspace's
 * lock, so that looking and marking need not be one step.
 */
export async function claimMark(host: Host, { folder, mark }: SyncPlaces): Promise<(() => Promise<void>) | undefined> {
  await makePrivateFolder(host, folder);
  const other = readMark(await readFile(mark, "utf8").catch(() => ""));
  if (other !== undefined && (await livenessOf(host, other)) === "alive") return undefined;
  await writeFile(mark, writeMark(await ownMark(host)));
  return () => rm(mark, { force: true });
}
