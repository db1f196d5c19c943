/** What is remembered of an `up` that had nothing to do. */
import { join } from "node:path";
import type { ContainerInfo } from "../../engine/containers.ts";
import type { Host } from "../../host/host.ts";

export interface QuickRecord {
  readonly circumstances: Circumstances;
  /** Signature by path. */
  readonly paths: Readonly<Record<string, string>>;
  /** Identity by path, of folders, and of what is mounted. */
  readonly folders: Readonly<Record<string, string>>;
  /** Environment variables that something looked at: what `hashVariable` makes of each. */
  readonly variables: Readonly<Record<string, string>>;
  readonly salt: string;
  readonly workspace: string;
  readonly containers: readonly SeenContainer[];
  /** What `up` says: without colours, and with them. */
  readonly summary: { readonly plain: string; readonly coloured: string };
}

/** All of them must be the same; each is cheap to know. */
export interface Circumstances {
  readonly format: 1;
  readonly cwd: string;
  /** Absolute path of devenv's own program; its file is among the paths. */
  readonly program: string;
  readonly node: string;
  readonly platform: string;
  readonly arch: string;
  readonly home: string;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly engine: string;
}

export type SeenContainer = Pick<ContainerInfo, "id" | "name" | "state" | "health" | "labels" | "ports">;

export interface Caller {
  readonly host: Host;
  /** Absolute real path. */
  readonly cwd: string;
  readonly program: string;
  /** The version of Node and the path of its program. */
  readonly node: string;
}

export function circumstancesOf({ host, cwd, program, node }: Caller, engine: string): Circumstances {
  const { platform, arch, home, uid = null, gid = null } = host;
  return { format: 1, cwd, program, node, platform, arch, home, uid, gid, engine };
}

/** Where the record of a folder is kept; should two folders ever share a place, the circumstances tell them apart. */
export function recordPath(cacheDir: string, cwd: string): string {
  return join(cacheDir, "quick-up", `${hashText(cwd)}.json`);
}

/** Values may be secrets, so they are kept as this; an unset variable has a hash of its own. */
export function hashVariable(value: string | undefined, salt: string): string {
  return value === undefined ? "unset" : hashText(`${salt}${value}`);
}

export function seenContainers(containers: readonly ContainerInfo[]): readonly SeenContainer[] {
  return containers
    .map(({ id, name, state, health, labels, ports }) => ({ id, name, state, health, labels, ports: portsOf(ports) }))
    .sort((one, other) => (one.id < other.id ? -1 : 1));
}

function portsOf(ports: ContainerInfo["ports"]): ContainerInfo["ports"] {
  return ports.toSorted((one, other) => one.container - other.container || one.host - other.host);
}

/** FNV-1a of 64 bits. Not cryptographic, which is what it is for: Node's cryptography takes long to load. */
function hashText(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, "0");
}
