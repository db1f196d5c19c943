import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Host } from "../../host/host.ts";
import type { DoctorContext } from "./check.ts";
import { asRoot, runAsRoot } from "./privilege.ts";

/** An engine that finds a living process in its pid file refuses to start, whatever program that is. */
const pidFiles: Readonly<Record<string, string>> = {
  "var/run/docker.pid": "dockerd",
  "var/run/docker/containerd/containerd.pid": "containerd",
};

/**
 * Remove pid files that were left by a killed engine and whose number now belongs to another program, or
 * to the killed engine itself, as a zombie that nobody waits for: in a container, PID 1 may not.
 */
export async function removeStalePidFiles({ host, report, root = "/" }: DoctorContext): Promise<void> {
  for (const [name, program] of Object.entries(pidFiles)) {
    const file = join(root, name);
    const pid = (await readAsRoot(host, file))?.trim();
    const status = !pid ? undefined : await readText(join(root, "proc", pid, "status"));
    if (status === undefined || isRunning(status, program)) continue;
    report(`removing ${file}, which a killed engine left`);
    await runAsRoot(host, ["rm", "-f", file]);
  }
}

/** By the text of /proc/PID/status. */
function isRunning(status: string, program: string): boolean {
  return new RegExp(`^Name:\\s+${program}$`, "m").test(status) && !/^State:\s+[ZX]/m.test(status);
}

/** The folders in between are closed to others. */
async function readAsRoot(host: Host, file: string): Promise<string | undefined> {
  if (host.uid === 0) return readText(file);
  const [program = "", ...args] = asRoot(host, ["cat", file]);
  return (await host.processes.run(program, args, { allowFailure: true })).stdout;
}

function readText(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch(() => undefined);
}
