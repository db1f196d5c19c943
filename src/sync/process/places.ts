import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256 } from "../../digest.ts";
import type { Host } from "../../host/host.ts";
import { stateFolder } from "../../host/state-folder.ts";

/** Where the sync of a workspace keeps what it knows. */
export interface SyncPlaces {
  readonly folder: string;
  /** What is to be kept in step: a `SyncRecord`. */
  readonly record: string;
  /** The `ProcessMark` of the process that does so. */
  readonly mark: string;
  readonly log: string;
  /** Where that process listens: a socket, or a pipe on Windows. */
  readonly address: string;
}

/** The system takes no longer path for a socket, bytes. */
const longestSocket = 100;

export function syncPlaces(host: Pick<Host, "platform" | "env" | "home">, workspaceId: string): SyncPlaces {
  const folder = join(stateFolder(host), "sync", workspaceId);
  return {
    folder,
    record: join(folder, "sync.json"),
    mark: join(folder, "process"),
    log: join(folder, "log"),
    address: addressOf(host.platform, folder),
  };
}

/** What both sides of a volume last agreed upon. */
export function journalOf({ folder }: SyncPlaces, volumeId: string): string {
  return join(folder, `${volumeId}.journal`);
}

function addressOf(platform: NodeJS.Platform, folder: string): string {
  const short = `devenv-${sha256(folder).slice(0, 24)}`;
  if (platform === "win32") return `\\\\.\\pipe\\${short}`;
  const socket = join(folder, "socket");
  return Buffer.byteLength(socket) <= longestSocket ? socket : join(tmpdir(), `${short}.sock`);
}
