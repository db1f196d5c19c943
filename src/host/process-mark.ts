import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";
import type { Host } from "./host.ts";

/** Tells a process from all others, also from one that gets its number later. */
export interface ProcessMark {
  /** Name of the machine. */
  readonly host: string;
  /** The machine's run, anew after each boot; empty where there is no such thing. */
  readonly boot: string;
  /** Where the number counts: containers of one machine count for themselves. */
  readonly space: string;
  readonly pid: number;
  /** When it was started, in whatever way the system tells. */
  readonly started: string;
}

/** `rebooted`: a machine of that name was started anew since. `unknown`: it cannot be seen from here. */
export type Liveness = "alive" | "dead" | "rebooted" | "unknown";

/** The mark of this process. */
export async function ownMark(host: Host): Promise<ProcessMark> {
  const here = await place(host);
  const pid = Number(host.platform === "linux" ? await readlink("/proc/self") : await parentOfShell(host));
  return { ...here, pid, started: (await startOf(host, pid)) ?? "" };
}

export async function livenessOf(host: Host, mark: ProcessMark): Promise<Liveness> {
  const here = await place(host);
  if (mark.host !== here.host) return "unknown";
  if (mark.boot !== here.boot) return "rebooted";
  if (mark.space !== here.space) return "unknown";
  return (await startOf(host, mark.pid)) === mark.started ? "alive" : "dead";
}

export function writeMark(mark: ProcessMark): string {
  return JSON.stringify(mark);
}

/** Undefined for what is no mark. */
export function readMark(text: string): ProcessMark | undefined {
  try {
    const { host, boot, space, pid, started } = JSON.parse(text) as Partial<ProcessMark>;
    const isMark = [host, boot, space, started].every((part) => typeof part === "string") && Number.isInteger(pid);
    return isMark ? ({ host, boot, space, pid, started } as ProcessMark) : undefined;
  } catch {
    return undefined;
  }
}

async function place({ platform }: Host): Promise<Pick<ProcessMark, "host" | "boot" | "space">> {
  if (platform !== "linux") return { host: hostname(), boot: "", space: "" };
  const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8");
  return { host: hostname(), boot: boot.trim(), space: await readlink("/proc/self/ns/pid") };
}

/** Undefined when there is no such process. */
async function startOf(host: Host, pid: number): Promise<string | undefined> {
  if (host.platform !== "linux") return startByPs(host, pid);
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // the name, in parentheses, may hold spaces and parentheses itself
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state = "", started] = [fields[0], fields[19]];
  return ["Z", "X"].includes(state) ? undefined : started;
}

async function startByPs({ processes }: Host, pid: number): Promise<string | undefined> {
  const { exitCode, stdout } = await processes.run("ps", ["-o", "lstart=", "-p", String(pid)], { allowFailure: true });
  return exitCode === 0 ? stdout.trim() : undefined;
}

async function parentOfShell({ processes }: Host): Promise<string> {
  return (await processes.run("sh", ["-c", "echo $PPID"])).stdout;
}
