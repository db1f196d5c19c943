import { readdir, readFile, readlink } from "node:fs/promises";
import { basename } from "node:path";
import type { Host } from "./host.ts";

export interface PortHolder {
  readonly pid: number;
  /** Its name, such as `node`. */
  readonly program: string;
}

/** The process that keeps a port of loopback taken; undefined when there is none or this user may not know. */
export async function portHolder(
  port: number,
  host: Pick<Host, "platform" | "processes">,
): Promise<PortHolder | undefined> {
  return host.platform === "linux" ? holderOfSockets(await listeningSockets(port)) : holderByLsof(port, host);
}

/** 127.0.0.1 and every address, of IPv4 and of IPv6, as the kernel prints them in either byte order. */
const loopbackAddresses = /^(0100007F|7F000001|0{8}|0{32}|0{16}(FFFF0000|0000FFFF)(0100007F|7F000001))$/;
const listenState = "0A";

/** The names that `/proc/PID/fd` links to, such as `socket:[1234]`. */
async function listeningSockets(port: number): Promise<ReadonlySet<string>> {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  const tables = await Promise.all(["/proc/net/tcp", "/proc/net/tcp6"].map(readOrNothing));
  const rows = tables.flatMap((table) => table.split("\n").map((line) => line.trim().split(/\s+/)));
  const listening = rows.filter(([, local = "", , state]) => {
    const [address = "", localPort] = local.split(":");
    return state === listenState && localPort === hexPort && loopbackAddresses.test(address);
  });
  return new Set(listening.map((columns) => `socket:[${columns[9]}]`));
}

async function holderOfSockets(sockets: ReadonlySet<string>): Promise<PortHolder | undefined> {
  if (sockets.size === 0) return undefined;
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  // Workers inherit the socket of the process that started them, which has the lowest number.
  for (const pid of pids.toSorted((a, b) => a - b)) {
    if (await hasOpen(pid, sockets)) return { pid, program: await programOf(pid) };
  }
  return undefined;
}

/** False also for a process that has ended, and for one of another user. */
async function hasOpen(pid: number, sockets: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder).catch(() => []);
  const targets = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => "")));
  return targets.some((target) => sockets.has(target));
}

async function programOf(pid: number): Promise<string> {
  const name = (await readOrNothing(`/proc/${pid}/comm`)).trim();
  // Node.js names its main thread, and with that the process.
  return name === "MainThread" ? basename(await readlink(`/proc/${pid}/exe`).catch(() => name)) : name;
}

async function holderByLsof(port: number, { processes }: Pick<Host, "processes">): Promise<PortHolder | undefined> {
  if ((await processes.find("lsof")) === undefined) return undefined;
  const args = ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "+c0", "-Fpc"];
  const { stdout } = await processes.run("lsof", args, { allowFailure: true });
  const [, pid, program = ""] = /^p(\d+)\n(?:.*\n)*?c(.*)$/m.exec(stdout) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), program };
}

function readOrNothing(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}
