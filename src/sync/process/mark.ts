/** Who keeps a workspace in step: one process of a state folder at a time. */
import { readFile, rm, writeFile } from "node:fs/promises";
import type { Host } from "../../host/host.ts";
import { makePrivateFolder } from "../../host/private-folder.ts";
import { livenessOf, ownMark, readMark, writeMark } from "../../host/process-mark.ts";
import { withWorkspaceLock } from "../../host/workspace-lock.ts";
import type { SyncPlaces } from "./places.ts";

export interface Claim {
  /** What is written in the mark. */
  readonly text: string;
  letGo(): Promise<void>;
}

/** Undefined where another process has it. */
export async function claimMark(host: Host, { folder, mark }: SyncPlaces): Promise<Claim | undefined> {
  await makePrivateFolder(host, folder);
  // two commands that wait for a process may start one at the same moment
  const claim = await withWorkspaceLock({ cacheDir: folder, id: "process", onWait: () => undefined }, async () => {
    const other = readMark(await readFile(mark, "utf8").catch(() => ""));
    if (other !== undefined && (await livenessOf(host, other)) === "alive") return undefined;
    const text = writeMark(await ownMark(host));
    await writeFile(mark, text);
    return text;
  });
  if (claim === undefined) return undefined;
  const isOurs = async () => (await readFile(mark, "utf8").catch(() => "")) === claim;
  return {
    text: claim,
    async letGo() {
      if (await isOurs()) await rm(mark, { force: true });
    },
  };
}
