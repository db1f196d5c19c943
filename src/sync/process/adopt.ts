/** What is known of a volume comes along when its workspace is moved. */
import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import type { Host } from "../../host/host.ts";
import { makePrivateFolder } from "../../host/private-folder.ts";
import { intentsOf } from "../journal.ts";
import { ask } from "./client.ts";
import { journalOf, type SyncPlaces, syncPlaces } from "./places.ts";
import { knownEnvironment, type RecordHead, readRecord, writeRecord } from "./record.ts";

export interface Adoption {
  readonly host: Host;
  readonly places: SyncPlaces;
  /** Of the workspace as it is now. */
  readonly record: RecordHead;
  /** Of the environment. */
  readonly name: string;
  readonly volumeId: string;
  /** Id of the workspace as it was when the volume was made. */
  readonly before: string;
}

/** A process that has not seen yet that its workspace is gone ends within this. Milliseconds. */
const endMs = 5_000;

/** Without it both sides would be taken for never agreed: what was deleted since would come back. */
export async function adoptVolume({ host, places, record, name, volumeId, before }: Adoption): Promise<void> {
  if (before === record.workspace || existsSync(journalOf(places, volumeId))) return;
  const old = syncPlaces(host, before);
  const journal = journalOf(old, volumeId);
  if (!existsSync(journal)) return;
  await ask(old.address, { kind: "stop" }, { signal: AbortSignal.timeout(endMs), isAbortFine: true });
  await makePrivateFolder(host, places.folder);
  const known = knownEnvironment(await readRecord(old.record), volumeId);
  if (known !== undefined) {
    const { environments = {}, former = {} } = (await readRecord(places.record)) ?? {};
    await writeRecord(places.record, { version: 1, ...record, environments, former: { ...former, [name]: known } });
  }
  const intents = intentsOf(journal);
  if (existsSync(intents)) await rename(intents, intentsOf(journalOf(places, volumeId)));
  // last: what is there already is not looked for again
  await rename(journal, journalOf(places, volumeId));
}
