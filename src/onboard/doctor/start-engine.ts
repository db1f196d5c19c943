import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleepFor } from "node:timers/promises";
import type { Host } from "../../host/host.ts";
import type { DoctorContext } from "./check.ts";
import { type Probe, probeEngine } from "./engine-probe.ts";
import { runAsRoot } from "./privilege.ts";
import { removeStalePidFiles } from "./stale-pid-files.ts";

/** A first start on a slow machine makes the storage and the bridge. */
const startTimeoutMs = 60_000;
const pollMs = 200;
/** Lines of the engine's log that say why it did not start. */
const logLines = 15;

export interface StartOutcome {
  readonly probe: Probe;
  /** When no engine answers. */
  readonly advice: string;
}

/** Debian keeps it in /usr/sbin, which is not on every user's PATH. */
export async function findEngineProgram({ host }: DoctorContext): Promise<string | undefined> {
  return (await host.processes.find("dockerd")) ?? (await host.processes.find("/usr/sbin/dockerd"));
}

/** Start the installed engine, by systemd where that runs, and wait until it answers. */
export async function startEngine(context: DoctorContext): Promise<StartOutcome> {
  const { host, report, root = "/" } = context;
  // Installing its package may have started it.
  const probe = await probeEngine(context);
  if (probe.state !== "unreachable") return { probe, advice: "" };
  if (await exists(join(root, "run/systemd/system"))) {
    report("starting the service docker");
    await runAsRoot(host, ["systemctl", "enable", "--now", "docker"]);
    return { probe: await waitForEngine(context), advice: "see `journalctl -u docker -n 50`" };
  }
  const logFile = join(root, "var/log/devenv-dockerd.log");
  report(`starting dockerd, its log is ${logFile}`);
  await removeStalePidFiles(context);
  const logStart = (await readLog(logFile)).length;
  const pid = await startDaemon(host, (await findEngineProgram(context)) ?? "dockerd", logFile);
  const end = await waitForEngine(context, pid);
  const lines = lastLines((await readLog(logFile)).slice(logStart));
  return { probe: end, advice: [`see ${logFile}:`, ...lines].join("\n") };
}

/** Its pid, when it could be known. */
async function startDaemon(host: Host, program: string, logFile: string): Promise<number | undefined> {
  if (host.uid === 0) return host.processes.startDetached(program, [], { logFile });
  const script = 'setsid "$1" >> "$2" 2>&1 < /dev/null &';
  await runAsRoot(host, ["sh", "-c", script, "sh", program, logFile]);
  return undefined;
}

/** Ask until it answers or time is up, or shortly after the process has ended: another one may hold its place. */
async function waitForEngine(context: DoctorContext, pid?: number): Promise<Probe> {
  const { sleep = sleepFor, root = "/" } = context;
  let left = startTimeoutMs;
  for (;;) {
    const probe = await probeEngine(context);
    if (probe.state !== "unreachable" || left <= 0) return probe;
    const hasEnded = pid !== undefined && !(await exists(join(root, "proc", String(pid))));
    if (hasEnded) left = Math.min(left, 25 * pollMs);
    await sleep(pollMs);
    left -= pollMs;
  }
}

function readLog(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}

function lastLines(text: string): readonly string[] {
  return text
    .trimEnd()
    .split("\n")
    .slice(-logLines)
    .map((line) => `  ${line}`);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
