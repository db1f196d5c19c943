import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256 } from "../../digest.ts";
import type { Host } from "../../host/host.ts";
import { makePrivateFolderNow } from "../../host/private-folder.ts";
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

/** Throws FOLDER_FOREIGN where the socket has to be in a folder that all users share, and its place there is not this user's. */
export function syncPlaces(host: Pick<Host, "platform" | "env" | "home" | "uid">, workspaceId: string): SyncPlaces {
  const folder = join(stateFolder(host), "sync", workspaceId);
  return {
    folder,
    record: join(folder, "sync.json"),
    mark: join(folder, "process"),
    log: join(folder, "log"),
    address: addressOf(host, folder),
  };
}

/** What both sides of a volume last agreed upon. */
export function journalOf({ folder }: SyncPlaces, volumeId: string): string {
  return join(folder, `${volumeId}.journal`);
}

function addressOf({ platform, uid }: Pick<Host, "platform" | "uid">, folder: string): string {
  const short = sha256(folder).slice(0, 24);
  if (platform === "win32") return `\\\\.\\pipe\\devenv-${short}`;
  const socket = join(folder, "socket");
  return Buffer.byteLength(socket) <= longestSocket ? socket : join(privateFolder(uid), short);
}

/** Whoever else could make a socket there would be believed; in `/tmp` nobody can take the place of a folder that is there. */
function privateFolder(uid: number | undefined): string {
  const folder = join(tmpdir(), `devenv-${uid}`);
  makePrivateFolderNow({ uid }, folder);
  return folder;
}
