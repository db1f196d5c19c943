import type { CheckResult, DoctorContext } from "./check.ts";

/** The Node on PATH: an older one than devenv runs on is what npm and a plain `devenv` would start with. */
export async function checkNode({ host }: DoctorContext): Promise<CheckResult | undefined> {
  if ((await host.processes.find("node")) === undefined) return undefined;
  const { stdout } = await host.processes.run("node", ["--version"], { allowFailure: true });
  const version = stdout.trim();
  if (isNewEnough(version)) return { name: "node", status: "ok", found: version };
  return { name: "node", status: "warning", found: `${version} on PATH`, advice: "install Node 24 or newer" };
}

/** The range of `engines` in package.json. */
export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  return major >= 24 || (major === 22 && minor >= 18);
}
