import type { DevenvError } from "../../errors.ts";
import type { DoctorContext } from "./check.ts";
import { asRoot } from "./privilege.ts";

/** How a package manager brings an engine; each command as root would type it. */
export interface PackageManager {
  readonly program: string;
  readonly needsRoot: boolean;
  readonly engine: readonly string[];
  /** Undefined where the distribution does not have mmdebstrap. */
  readonly bootstrap?: string | undefined;
}

/** The first one found counts. */
export const packageManagers: readonly PackageManager[] = [
  {
    program: "apt-get",
    needsRoot: true,
    engine: ["apt-get update", "apt-get install -y --no-install-recommends docker.io iptables"],
    bootstrap: "apt-get install -y --no-install-recommends mmdebstrap debian-archive-keyring uidmap",
  },
  {
    program: "dnf",
    needsRoot: true,
    engine: ["dnf install -y moby-engine", "systemctl enable --now docker"],
    bootstrap: "dnf install -y mmdebstrap debian-keyring",
  },
  { program: "pacman", needsRoot: true, engine: ["pacman -S --needed docker", "systemctl enable --now docker"] },
  { program: "zypper", needsRoot: true, engine: ["zypper install -y docker", "systemctl enable --now docker"] },
  { program: "apk", needsRoot: true, engine: ["apk add docker", "rc-update add docker", "service docker start"] },
  { program: "brew", needsRoot: false, engine: ["brew install docker colima", "colima start"] },
];

/** Say exactly what to install for an engine. */
export async function tellInstall(context: DoctorContext): Promise<string> {
  const manager = await findPackageManager(context);
  if (manager !== undefined) return `install an engine:\n${printCommands(context, manager, manager.engine)}`;
  return context.host.platform === "win32"
    ? "install an engine:\n  winget install Docker.DockerDesktop"
    : "install Docker Engine 20.10 or newer: https://docs.docker.com/engine/install/";
}

/** Say what to install for bases made by `bootstrap(…)`. */
export async function tellInstallBootstrap(context: DoctorContext): Promise<string> {
  const manager = await findPackageManager(context);
  if (manager?.bootstrap === undefined)
    return 'use images as bases, `from: "debian:bookworm-slim"`, or install mmdebstrap';
  return `install it:\n${printCommands(context, manager, [manager.bootstrap])}`;
}

/** A mending that failed: what failed, and its output with the advice. */
export function tellFailure(error: DevenvError): { readonly found: string; readonly advice: string } {
  const [first = "", ...output] = error.message.split("\n");
  const advice = [...output.map((line) => `  ${line}`), "mend that, then run `devenv doctor --fix` again"];
  return { found: first.replace(/:$/, ""), advice: advice.join("\n") };
}

async function findPackageManager({ host }: DoctorContext): Promise<PackageManager | undefined> {
  for (const manager of packageManagers) {
    if ((await host.processes.find(manager.program)) !== undefined) return manager;
  }
  return undefined;
}

function printCommands({ host }: DoctorContext, { needsRoot }: PackageManager, commands: readonly string[]): string {
  return commands.map((command) => `  ${(needsRoot ? asRoot(host, [command]) : [command]).join(" ")}`).join("\n");
}
