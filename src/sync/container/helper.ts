/**
 * The helper container: it shares the workspace's volume with the environment and holds nothing but the agent.
 * So it does not matter what the environment's image has in it, whose it is, or whether it runs.
 */
import type { ContainerInfo } from "../../engine/containers.ts";
import type { Engine } from "../../engine/engine.ts";
import { isDevenvError } from "../../errors.ts";
import type { Labels } from "../../plan/labels.ts";
import { agentRepository } from "../../plan/sync-agent.ts";
import { type Side, SideError } from "../side.ts";
import { agentPath, ensureAgentImage } from "./agent-image.ts";
import { type AgentSideOptions, openAgentSide } from "./agent-side.ts";

export interface SyncHelper {
  readonly name: string;
  /** Volume of the workspace. */
  readonly volume: string;
  /** Those of the environment's objects, and `syncLabel`: they find it again. */
  readonly labels: Labels;
  /** The engine's: `linux/amd64`. */
  readonly platform: string;
}

/** Where the volume is in the helper. */
const target = "/sync";

/** The helper runs, made or started where it did not; gives its id. One that was made otherwise is made anew. */
export async function startHelper(engine: Engine, helper: SyncHelper): Promise<string> {
  const image = await ensureAgentImage(engine, helper.platform);
  const present = await findHelper(engine, helper);
  if (present !== undefined && isAsWanted(present, helper, image)) {
    if (present.state === "paused") await engine.containers.unpause(present.id);
    else if (present.state !== "running") await engine.containers.start(present.id);
    return present.id;
  }
  if (present !== undefined) await engine.containers.remove(present.id);
  return create(engine, helper, image);
}

/** What was made of an image of a helper has its labels, and neither its image nor its volume. */
async function findHelper(engine: Engine, { name, labels, volume }: SyncHelper): Promise<ContainerInfo | undefined> {
  const labelled = await engine.containers.list(labels);
  return labelled.find(
    (one) => one.name === name && (one.image.startsWith(`${agentRepository}:`) || one.volumes?.includes(volume)),
  );
}

export async function removeHelper(engine: Engine, helper: SyncHelper): Promise<void> {
  const present = await findHelper(engine, helper);
  if (present !== undefined) await engine.containers.remove(present.id);
}

function isAsWanted({ state, volumes, image }: ContainerInfo, helper: SyncHelper, wanted: string): boolean {
  const isUsable = ["created", "running", "paused", "exited"].includes(state);
  return isUsable && image === wanted && volumes?.includes(helper.volume) === true;
}

async function create(engine: Engine, helper: SyncHelper, image: string): Promise<string> {
  const { name, labels, platform, volume } = helper;
  try {
    const { id } = await engine.containers.create({
      name,
      image,
      platform,
      labels,
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
    const other = isDevenvError(error, "CONTAINER_NAME_TAKEN") ? await findHelper(engine, helper) : undefined;
    if (other === undefined) throw error;
    await engine.containers.start(other.id);
    return other.id;
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
