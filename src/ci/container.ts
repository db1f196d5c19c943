import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { ContainerMount } from "../engine/containers.ts";
import type { ImageInfo } from "../engine/engine.ts";
import { idleCommand } from "../env/container/last-words.ts";
import { checkMounts } from "../env/container/mount-points.ts";
import { containerUser, giveOwnership, userIds } from "../env/container/user.ts";
import { containerVariables } from "../env/container/variables.ts";
import type { OperationContext } from "../env/operation.ts";
import { packFolder } from "../host/pack-folder.ts";
import {
  ciLabel,
  environmentLabel,
  fingerprintLabel,
  ownLabels,
  projectIdLabel,
  projectLabel,
} from "../plan/labels.ts";
import type { ContainerPlan, EnvironmentPlan, Mount, Plan } from "../plan/plan.ts";
import { historyVolume } from "../plan/volumes.ts";

export interface CiContainerRequest {
  readonly plan: Plan;
  readonly environment: EnvironmentPlan;
  readonly image: ImageInfo & { readonly tag: string };
  /** Of the process that works with it. */
  readonly mark: string;
}

/** Create the container of one run; it is no environment's container, and has its own copy of all that it writes. */
export async function createCiContainer(context: OperationContext, request: CiContainerRequest): Promise<string> {
  const { engine, report } = context;
  const { plan, environment, image, mark } = request;
  await checkMounts(context, environment);
  const container = withoutHost(environment.container, plan.workspace.root);
  const variables = await containerVariables(context, container, image);
  const user = await containerUser(engine, container.user, image.user);
  const name = `${plan.project}-${environment.name}-ci-${randomUUID().slice(0, 8)}`;
  const labels = ownLabels(image.labels, {
    [projectLabel]: plan.project,
    [projectIdLabel]: plan.workspace.projectId ?? "",
    [environmentLabel]: environment.name,
    [fingerprintLabel]: environment.image.fingerprint,
    [ciLabel]: mark,
  });
  const { id, warnings } = await engine.containers.create({
    name,
    labels,
    image: image.tag,
    platform: environment.image.platform,
    command: idleCommand,
    workdir: container.workdir,
    env: { CI: "true", ...variables },
    mounts: [...container.mounts, ...container.volumes.map(mountOf)],
    tmpfs: container.tmpfs,
    ports: [],
    user: user.user,
    limits: container.limits,
    devices: container.devices,
    capAdd: container.capAdd,
    securityOpt: container.securityOpt,
    gpus: container.gpus,
  });
  for (const text of warnings) report({ kind: "warning", environment: environment.name, text });
  try {
    const volumes = container.volumes.map((volume) => ({ ...volume, scope: volume.kind, present: undefined }));
    const helper = { name: `${name}.image`, labels };
    await giveOwnership(context, { id, plan: container, image, user, volumes, helper });
    return id;
  } catch (error) {
    await engine.containers.remove(id).catch(() => undefined);
    throw error;
  }
}

/** The plan without what ties it to this workspace: its folder, its shells' history, its ports. */
function withoutHost(container: ContainerPlan, root: string): ContainerPlan {
  const { git } = container;
  const isOwn = (mount: Mount) => mount.source === root && mount.target === container.workdir;
  return {
    ...container,
    mounts: container.mounts.filter((mount) => !isOwn(mount) && git?.mounts.includes(mount) !== true),
    volumes: container.volumes.filter(({ what }) => what !== historyVolume),
    ports: [],
  };
}

/** What belongs to a workspace is an anonymous volume here, which goes with the container. */
function mountOf({ kind, name, target, labels }: ContainerPlan["volumes"][number]): ContainerMount {
  if (kind === "own") return { kind: "volume", source: "", target, readOnly: false };
  return { kind: "volume", source: name, target, readOnly: false, labels };
}

/** Copy the workspace into a container that does not run yet; what the config declares as volumes stays out. */
export async function copyWorkspace(
  context: OperationContext,
  { plan, environment, image }: CiContainerRequest,
  id: string,
): Promise<void> {
  const { engine, signal } = context;
  const { workdir, volumes, user } = environment.container;
  const own = volumes.filter(({ kind, what }) => kind === "own" && what !== historyVolume);
  const left = new Set(own.map(({ what }) => what));
  const owner = await userIds(engine, id, { plan: user, imageUser: image.user });
  const copy = (root: string, target: string, skips: (path: string) => boolean) =>
    engine.containers.unpack(id, "/", packFolder({ root, target, owner, skips, signal }));
  // a run's own, as the workspace is: what it does there changes nothing on the host
  for (const { source, target } of environment.container.git?.folders ?? []) {
    await copy(source, target, (path) => join(source, path) === plan.workspace.root);
  }
  await copy(plan.workspace.root, workdir, (path) => left.has(path));
}
