/**
 * The helper container: it shares the workspace's volume with the environment and holds nothing but the agent.
 * So it does not matter what the environment's image has in it, whose it is, or whether it runs.
 */
import type { ContainerInfo } from "../../engine/containers.ts";
import type { Engine } from "../../engine/engine.ts";
import { isDevenvError } from "../../errors.ts";
import { type Labels, projectLabel, syncLabel, syncOwnerLabel } from "../../plan/labels.ts";
import { readSyncId } from "../../plan/owned.ts";
import { agentRepository } from "../../plan/sync-agent.ts";
import { type Side, SideError } from "../side.ts";
import { SyncEnd } from "../sync-end.ts";
import { agentPath, ensureAgentImage } from "./agent-image.ts";
import { type AgentSideOptions, openAgentSide } from "./agent-side.ts";
import { endStray, type HelperOwner, livingOwner, writeOwner } from "./owner.ts";

export interface SyncHelper {
  readonly name: string;
  readonly environment: string;
  readonly owner: HelperOwner;
  /** Volume of the workspace. */
  readonly volume: string;
  /** Those of the environment's objects, and `syncLabel`: they find it again. */
  readonly labels: Labels;
  /** The engine's: `linux/amd64`. */
  readonly platform: string;
}

/** Where the volume is in the helper. */
const target = "/sync";

/**
 * The helper runs, made or started where it did not; gives its id. One that was made otherwise, or for another process, is made
 * anew: as the engine has one container of a name, one process works in a volume. Throws `SyncEnd` where the volume is gone, or
 * another process works in it.
 */
export async function startHelper(engine: Engine, helper: SyncHelper): Promise<string> {
  const { containers } = engine;
  const image = await ensureAgentImage(engine, helper.platform);
  await checkVolume(engine, helper);
  const all = await findHelpers(engine, helper);
  for (const one of all) await checkOwner(helper, one);
  const present = all.find((one) => isAsWanted(one, helper, image));
  for (const one of all) if (one !== present) await containers.remove(one.id);
  if (present === undefined) return create(engine, helper, image);
  if (present.state === "paused") await containers.unpause(present.id);
  else if (present.state !== "running") await containers.start(present.id);
  return present.id;
}

/** The engine would make one of that name, which nobody would know. */
async function checkVolume({ volumes }: Engine, { volume, labels, environment }: SyncHelper): Promise<void> {
  const known = await volumes.list({ [projectLabel]: labels[projectLabel] ?? "" });
  const found = known.find(({ name }) => name === volume);
  if (found !== undefined && (readSyncId(found.labels) ?? volume) === labels[syncLabel]) return;
  throw new SyncEnd("SYNC_VOLUME_MISSING", { environment }, `the volume \`${volume}\` is gone`);
}

async function checkOwner({ owner, environment }: SyncHelper, { labels }: ContainerInfo): Promise<void> {
  const other = await livingOwner(owner, labels[syncOwnerLabel] ?? "");
  if (other === undefined || (await endStray(owner, other))) return;
  const { mark, folder } = other;
  const details = { environment, pid: mark.pid, folder };
  throw new SyncEnd("SYNC_ELSEWHERE", details, `process ${mark.pid} keeps it in step, with its state in \`${folder}\``);
}

/** Also those that the workspace had elsewhere. What was made of an image of one has its labels, and neither its image nor its volume. */
async function findHelpers(engine: Engine, { labels, volume }: SyncHelper): Promise<readonly ContainerInfo[]> {
  const labelled = await engine.containers.list({ [syncLabel]: labels[syncLabel] ?? "" });
  return labelled.filter(({ image, volumes }) => image.startsWith(`${agentRepository}:`) || volumes?.includes(volume));
}

/** Nobody needs it any more; one by way of which another process works stays. */
export async function removeHelper(engine: Engine, helper: SyncHelper): Promise<void> {
  for (const one of await findHelpers(engine, helper)) {
    const other = await livingOwner(helper.owner, one.labels[syncOwnerLabel] ?? "");
    if (other === undefined) await engine.containers.remove(one.id);
  }
}

function isAsWanted(container: ContainerInfo, helper: SyncHelper, wanted: string): boolean {
  const { name, state, volumes, image, labels } = container;
  const isUsable = ["created", "running", "paused", "exited"].includes(state);
  const isOurs = name === helper.name && labels[syncOwnerLabel] === writeOwner(helper.owner);
  return isUsable && isOurs && image === wanted && volumes?.includes(helper.volume) === true;
}

async function create(engine: Engine, helper: SyncHelper, image: string): Promise<string> {
  const { name, labels, platform, volume } = helper;
  try {
    const { id } = await engine.containers.create({
      name,
      image,
      platform,
      labels: { ...labels, [syncOwnerLabel]: writeOwner(helper.owner) },
      command: [agentPath, "--idle"],
      workdir: "/",
      env: {},
      mounts: [{ kind: "volume", source: volume, target, readOnly: false }],
      ports: [],
      user: "0:0",
    });
    await engine.containers.start(id);
    return id;
  } catch (error) {
    // another process was quicker
    const [other] = isDevenvError(error, "CONTAINER_NAME_TAKEN") ? await findHelpers(engine, helper) : [];
    if (other !== undefined) await checkOwner(helper, other);
    throw error;
  }
}

/** The workspace's volume as a side, by an agent of its own in the helper; throws `lost`. */
export async function openHelperSide(engine: Engine, id: string, options: AgentSideOptions): Promise<Side> {
  try {
    const exec = await engine.containers.exec(id, { command: [agentPath, "--serve", target], user: "0:0" });
    return await openAgentSide(exec, options);
  } catch (error) {
    if (error instanceof SideError) throw error;
    throw new SideError("lost", (error as Error).message, { cause: error });
  }
}
