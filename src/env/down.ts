import type { ContainerInfo } from "../engine/containers.ts";
import type { VolumeInfo } from "../engine/volumes.ts";
import { devenvError } from "../errors.ts";
import { environmentLabel, syncLabel } from "../plan/labels.ts";
import type { Workspace } from "../plan/plan.ts";
import { listVolumes } from "./container/volumes.ts";
import { underLock } from "./lock.ts";
import { findMoved } from "./moved.ts";
import { observe } from "./observe.ts";
import type { DownResult, KnownContext } from "./operation.ts";
import { type Loss, refuseLossAtRest, workspacesIn } from "./unsaved.ts";
import { readWorkspace } from "./workspace.ts";

export interface DownOptions {
  readonly names: readonly string[];
  /** The volumes too: dependencies, shell history. Caches that projects share stay. */
  readonly volumes: boolean;
  /** Also volumes with files that the host does not have. */
  readonly force?: boolean | undefined;
}

/** Remove the containers of this workspace, or of the named environments; also of one that the config no longer has. */
export async function down(context: KnownContext, options: DownOptions): Promise<DownResult> {
  const { workspace } = await readWorkspace(context.spec.root);
  return underLock(context, async () => {
    const volumes = options.volumes ? await selectVolumes(context, workspace, options.names) : [];
    const held = options.force === true ? [] : workspacesIn(volumes, workspace);
    if (held.length > 0) {
      const working = (await selectContainers(context, workspace, options.names)).filter(isNoHelper);
      await refuseLossAtRest(context, { held, containers: working }, lossOf(options));
    }
    // what looked into a volume may have made a helper
    const containers = await selectContainers(context, workspace, options.names);
    const kept = options.names.length > 0 ? options.names : context.spec.environments.map(({ name }) => name);
    await context.sync?.stop(workspace, [...new Set([...kept, ...environmentsOf(containers)])]);
    await Promise.all(containers.map(({ id }) => context.engine.containers.remove(id)));
    await Promise.all(volumes.map(({ name }) => context.engine.volumes.remove(name)));
    return {
      project: context.spec.project,
      removed: containers.map(({ name }) => name),
      volumes: volumes.map(({ name }) => name).sort(),
    };
  });
}

function lossOf({ names }: DownOptions): Loss {
  const command = ["devenv down", ...names, "--volumes"].join(" ");
  return { action: `\`${command}\` would delete`, force: `${command} --force` };
}

function isNoHelper({ labels }: ContainerInfo): boolean {
  return labels[syncLabel] === undefined;
}

async function selectContainers(
  { engine, spec }: KnownContext,
  workspace: Workspace,
  names: readonly string[],
): Promise<readonly ContainerInfo[]> {
  const observed = [...(await observe(engine, workspace.id))].map(([name, { container, leftovers, helpers }]) => ({
    name,
    containers: [...(container === undefined ? [] : [container]), ...leftovers, ...helpers],
  }));
  const moved = [...(await findMoved(engine, { project: spec.project, workspace }))];
  const all = [...observed, ...moved.map(([name, container]) => ({ name, containers: [container] }))];
  const known = [...new Set([...spec.environments, ...all].map(({ name }) => name))];
  for (const name of names) {
    if (known.length > 0 && !known.includes(name)) throw devenvError("ENVIRONMENT_UNKNOWN", { name, known });
  }
  return all.filter(({ name }) => names.length === 0 || names.includes(name)).flatMap(({ containers }) => containers);
}

function environmentsOf(containers: readonly ContainerInfo[]): readonly string[] {
  return [...new Set(containers.flatMap(({ labels }) => labels[environmentLabel] ?? []))];
}

async function selectVolumes(
  { engine, spec }: KnownContext,
  workspace: Workspace,
  names: readonly string[],
): Promise<readonly VolumeInfo[]> {
  const { own } = await listVolumes(engine, { project: spec.project, workspace });
  return own.filter(({ labels }) => names.length === 0 || names.includes(labels[environmentLabel] ?? ""));
}
