import { statfs } from "node:fs/promises";
import { join } from "node:path";
import type { CheckResult, DoctorContext } from "./check.ts";
import { probeEngine } from "./engine-probe.ts";

/** Below this the images of one environment and its next build may not fit. */
const enoughBytes = 5e9;

/** Free space where the engine keeps its images, when that is a folder of this machine. */
export async function checkDisk(context: DoctorContext): Promise<CheckResult | undefined> {
  const probe = await probeEngine(context);
  if (probe.state !== "ready" || !probe.address.startsWith("unix:")) return undefined;
  const { dataRoot } = probe.info;
  const disk = await statfs(join(context.root ?? "/", dataRoot)).catch(() => undefined);
  return disk === undefined ? undefined : judgeDisk(disk.bavail * disk.bsize, dataRoot);
}

/** Pure. */
export function judgeDisk(freeBytes: number, folder: string): CheckResult {
  const found = `${(freeBytes / 1e9).toFixed(freeBytes < 1e10 ? 1 : 0)} GB free at ${folder}`;
  if (freeBytes >= enoughBytes) return { name: "disk", status: "ok", found };
  return {
    name: "disk",
    status: "warning",
    found,
    advice: "free some space there, for instance by `docker system prune`",
  };
}
