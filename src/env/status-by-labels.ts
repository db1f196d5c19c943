import type { ContainerInfo } from "../engine/containers.ts";
import { fingerprintLabel, modeLabel, readPorts, snapshotLabel } from "../plan/labels.ts";
import { nameInPhase } from "../plan/phase.ts";
import { looseMounts, readMountRecords } from "./container/mount-record.ts";
import { observeCurrent } from "./observe.ts";
import type { EnvironmentStatus, KnownContext, StatusResult } from "./operation.ts";
import { readWorkspace } from "./workspace.ts";

/** What runs now, as far as labels tell: whether it is what the config describes is not known. */
export async function statusByLabels(context: KnownContext, unread: string): Promise<StatusResult> {
  const { engine, spec, sync } = context;
  const { workspace } = await readWorkspace(spec.root);
  const observed = [...(await observeCurrent(engine, workspace.id))].sort(([one], [other]) => (one < other ? -1 : 1));
  const isSynced = observed.some(([, { labels }]) => labels[modeLabel] === "sync");
  const standings = isSynced ? await sync?.standings(workspace, []) : undefined;
  const records = readMountRecords({ host: context.host, root: spec.root });
  const environments = observed.map(([name, container]) => ({
    ...describe(name, container),
    stale: container.state === "running" ? looseMounts(records, container.id) : [],
    sync: standings?.get(name),
  }));
  return { project: spec.project, environments, services: [], leftovers: [], unread };
}

function describe(
  name: string,
  { name: container, labels, image, state }: ContainerInfo,
): Omit<EnvironmentStatus, "stale"> {
  const ports = Object.entries(readPorts(labels)).map(([wanted, host]) => ({
    container: Number.parseInt(wanted, 10),
    host,
  }));
  return {
    name,
    container: nameInPhase(container, "done"),
    image,
    fingerprint: labels[fingerprintLabel] ?? "",
    state,
    health: "none",
    ports,
    snapshot: labels[snapshotLabel] || undefined,
    next: "unknown",
  };
}
