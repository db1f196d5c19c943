import type { EngineInfo } from "../../engine/engine.ts";
import type { CheckResult, DoctorContext } from "./check.ts";
import { probeEngine } from "./engine-probe.ts";

/** The engine is new enough, and what it lacks is said. */
export async function checkEngineVersion(context: DoctorContext): Promise<CheckResult | undefined> {
  const probe = await probeEngine(context);
  return probe.state === "ready" ? judgeEngine(probe.info) : undefined;
}

const oldest = { docker: [20, 10], podman: [4, 0] } as const;

/** Pure. */
export function judgeEngine(info: EngineInfo): CheckResult {
  const name = "version";
  const { product, version, buildkit, rootless, store } = info;
  const [major, minor] = oldest[product];
  const found = [version, store, buildkit ? "BuildKit" : "no BuildKit", ...(rootless ? ["rootless"] : [])].join(", ");
  if (!isAtLeast(version, major, minor)) {
    return { name, status: "failed", found, advice: `upgrade to ${product} ${major}.${minor} or newer` };
  }
  if (buildkit) return { name, status: "ok", found };
  return {
    name,
    status: "warning",
    found,
    advice:
      "builds get no secrets, so not the CA certificates of this host either; use Docker Engine where they are needed",
  };
}

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}
