import { existsSync } from "node:fs";
import { devenvError } from "../../errors.ts";
import { makePrivateFolder } from "../../host/private-folder.ts";
import type { Problem, SyncProgress } from "../status.ts";
import { type EnvironmentRequest, environmentOpener, type OpenerOptions } from "./open-environment.ts";
import { journalOf } from "./places.ts";
import { type KeptEnvironment, readRecord, writeRecord } from "./record.ts";

export interface CopyRequest extends OpenerOptions, Pick<EnvironmentRequest, "record" | "name" | "sync"> {
  readonly environment: KeptEnvironment;
  readonly signal: AbortSignal;
  onProgress(progress: SyncProgress): void;
}

/** Bring the workspace into its volume; one that was brought there is left as it is. Gives what could not be. Throws SYNC_FAILED. */
export async function copyOnce(request: CopyRequest): Promise<readonly Problem[]> {
  const { name, places, record, environment, sync, signal, onProgress } = request;
  await makePrivateFolder(request.host, places.folder);
  // whose the journal is, and how to look at what the volume holds by then
  const { environments = {}, former = {} } = (await readRecord(places.record)) ?? {};
  await writeRecord(places.record, { version: 1, ...record, environments, former: { ...former, [name]: environment } });
  if (existsSync(journalOf(places, sync.volumeId))) return [];
  const open = environmentOpener(request);
  const session = await open({ record, name, environment, sync, isPaused: false, listener: { onProgress } });
  try {
    const gone = Promise.withResolvers<never>();
    signal.addEventListener("abort", () => gone.reject(signal.reason as Error), { once: true });
    const { state, reason = state, problems } = await Promise.race([session.flush(), gone.promise]);
    // where something changes all the time, it is never at rest
    if (state !== "idle" && state !== "syncing")
      throw devenvError("SYNC_FAILED", { environment: name, reason, log: places.log });
    return problems;
  } finally {
    await session.close();
  }
}
