import type { Engine } from "../../engine/engine.ts";
import {
  environmentLabel,
  folderLabel,
  type Labels,
  projectLabel,
  rootLabel,
  syncLabel,
  workspaceLabel,
} from "../../plan/labels.ts";
import { hasAgent } from "../container/agent-image.ts";
import type { AgentSideOptions } from "../container/agent-side.ts";
import { openContainerShell } from "../container/container-shell.ts";
import { openHelperSide, removeHelper as removeContainer, type SyncHelper, startHelper } from "../container/helper.ts";
import type { HelperOwner } from "../container/owner.ts";
import type { Side } from "../side.ts";
import type { RecordHead, SyncedEnvironment } from "./record.ts";

export interface ContainerPlace {
  readonly record: RecordHead;
  readonly name: string;
  readonly sync: SyncedEnvironment;
  /** Who works in the volume. */
  readonly owner: HelperOwner;
}

/** By an agent in a helper where there is one for the platform, otherwise by the shell of the environment's own container. */
export async function containerOpener(
  engine: Engine,
  { record, name, sync, owner }: ContainerPlace,
): Promise<(options: AgentSideOptions) => Promise<Side>> {
  const { volume, platform } = sync;
  const labels = labelsOf(record, name);
  if (!hasAgent(platform)) return (options) => openContainerShell(engine, { volume, labels, platform }, options);
  const id = await startHelper(engine, helperOf({ record, name, sync, owner }));
  return (options) => openHelperSide(engine, id, options);
}

/** Nobody needs it any more. */
export async function removeHelper(engine: Engine, place: ContainerPlace): Promise<void> {
  await removeContainer(engine, helperOf(place));
}

function helperOf({ record, name, sync, owner }: ContainerPlace): SyncHelper {
  const { container, volume, volumeId, platform } = sync;
  const labels = { ...labelsOf(record, name), [syncLabel]: volumeId };
  return { name: `${container}-sync`, environment: name, owner, volume, platform, labels };
}

function labelsOf(record: RecordHead, name: string): Labels {
  return {
    [projectLabel]: record.project,
    [workspaceLabel]: record.workspace,
    [rootLabel]: record.root,
    [folderLabel]: record.folder,
    [environmentLabel]: name,
  };
}
