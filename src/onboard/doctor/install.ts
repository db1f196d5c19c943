import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDevenvError } from "../../errors.ts";
import type { DoctorContext } from "./check.ts";
import { canBecomeRoot, runAsRoot } from "./privilege.ts";

/** Debian's and Ubuntu's packages of an engine. */
export async function enginePackages({ root = "/" }: DoctorContext): Promise<readonly string[]> {
  // On a kernel with AppArmor the engine refuses to start containers unless it can load its profile.
  const appArmor = await readFile(join(root, "sys/module/apparmor/parameters/enabled"), "utf8").catch(() => "N");
  return ["docker.io", "iptables", ...(appArmor.trim() === "Y" ? ["apparmor"] : [])];
}

/** Their packages for `bootstrap(…)`; a user who is not root needs ranges of user ids as well. */
export function bootstrapPackages({ host }: DoctorContext): readonly string[] {
  return ["mmdebstrap", "debian-archive-keyring", ...(host.uid === 0 ? [] : ["uidmap"])];
}

/** Whether packages can be installed from here: Debian and Ubuntu, as root or with sudo. */
export async function canInstall({ host }: DoctorContext): Promise<boolean> {
  return (await host.processes.find("apt-get")) !== undefined && (await canBecomeRoot(host));
}

/** Install packages with apt; the lists are fetched when what is there does not do. Throws PROGRAM_FAILED. */
export async function installPackages({ host, report }: DoctorContext, packages: readonly string[]): Promise<void> {
  const install = aptCommand("install", "-y", "--no-install-recommends", ...packages);
  report(`installing ${packages.join(", ")}`);
  try {
    await runAsRoot(host, install);
  } catch (error) {
    if (!isDevenvError(error, "PROGRAM_FAILED")) throw error;
    report("fetching the package lists");
    await runAsRoot(host, aptCommand("update"));
    await runAsRoot(host, install);
  }
}

/** Another apt may be running on a machine that has just been set up: wait for it. */
function aptCommand(...args: readonly string[]): readonly string[] {
  return ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=120", ...args];
}
