import { isDevenvError } from "../../errors.ts";
import { tellFailure, tellInstall } from "./advice.ts";
import type { CheckResult, DoctorContext } from "./check.ts";
import { findEngineGroup } from "./engine-group.ts";
import { type Probe, probeEngine } from "./engine-probe.ts";
import { bootstrapPackages, canInstall, enginePackages, installPackages } from "./install.ts";
import { canBecomeRoot, runAsRoot } from "./privilege.ts";
import { findEngineProgram, startEngine } from "./start-engine.ts";

const name = "engine";

type Trouble = Exclude<Probe, { state: "ready" }>;

/** A container engine answers; with `fix` one is installed and started, when it is this machine's own that is missing. */
export async function checkEngine(context: DoctorContext): Promise<CheckResult> {
  const probe = await probeEngine(context);
  if (probe.state === "ready") return { name, status: "ok", found: describe(probe) };
  if (!isOwnEngine(context, probe)) return otherEngine(context, probe);
  if (!context.fix) return byHand(context, probe);
  try {
    return await mend(context, probe);
  } catch (error) {
    if (!isDevenvError(error)) throw error;
    return { name, status: "failed", ...tellFailure(error) };
  }
}

function describe({ address, info }: Extract<Probe, { state: "ready" }>): string {
  return `${info.product === "podman" ? "Podman" : "Docker Engine"} ${info.version} at ${address}`;
}

/** Where the engine that a Linux distribution's packages bring listens. */
const ownAddresses = ["unix:///var/run/docker.sock", "unix:///run/docker.sock"];

function isOwnEngine({ host }: DoctorContext, { address }: Probe): boolean {
  return host.platform === "linux" && ownAddresses.includes(address);
}

async function otherEngine(context: DoctorContext, probe: Trouble): Promise<CheckResult> {
  const { DOCKER_HOST } = context.host.env;
  const isUsual = ownAddresses.includes(probe.address) || probe.address.startsWith("npipe:");
  const advice = isUsual
    ? await tellInstall(context)
    : `start the engine at \`${probe.address}\`, or ${DOCKER_HOST ? "unset DOCKER_HOST" : "name another one in DOCKER_HOST"}`;
  return { name, status: "failed", found: probe.error.message, advice };
}

/** What to do by hand, or that `--fix` does it. */
async function adviceFor(context: DoctorContext, probe: Trouble): Promise<string> {
  const isInstalled = (await findEngineProgram(context)) !== undefined;
  const isMendable = probe.state === "forbidden" || isInstalled ? canBecomeRoot(context.host) : canInstall(context);
  if (!context.fix && (await isMendable)) return "run `devenv doctor --fix`";
  if (probe.state === "forbidden") {
    const group = await findEngineGroup(context, probe.address);
    return `as root, run \`usermod -aG ${group} ${context.host.userName}\`, then log in again`;
  }
  return isInstalled
    ? "as root, start it: `systemctl start docker`, or `dockerd` without systemd"
    : tellInstall(context);
}

async function mend(context: DoctorContext, probe: Trouble): Promise<CheckResult> {
  if (!(await canBecomeRoot(context.host))) return byHand(context, probe);
  if (probe.state === "forbidden") return mendPermission(context, probe);
  if ((await findEngineProgram(context)) === undefined) {
    if (!(await canInstall(context))) return byHand(context, probe);
    await installPackages(context, [...(await enginePackages(context)), ...bootstrapPackages(context)]);
  }
  const outcome = await startEngine(context);
  if (outcome.probe.state === "ready") return { name, status: "fixed", found: describe(outcome.probe) };
  if (outcome.probe.state === "forbidden") return mendPermission(context, outcome.probe);
  return { name, status: "failed", found: outcome.probe.error.message, advice: outcome.advice };
}

async function byHand(context: DoctorContext, probe: Trouble): Promise<CheckResult> {
  return { name, status: "failed", found: probe.error.message, advice: await adviceFor(context, probe) };
}

async function mendPermission(context: DoctorContext, probe: Trouble): Promise<CheckResult> {
  const { host, report } = context;
  const group = await findEngineGroup(context, probe.address);
  report(`adding ${host.userName} to the group ${group}`);
  await runAsRoot(host, ["usermod", "-aG", group, host.userName]);
  return {
    name,
    status: "failed",
    found: `User \`${host.userName}\` is now in the group \`${group}\`, which counts from the next login on`,
    advice: `log out and in again, or run \`newgrp ${group}\``,
  };
}
