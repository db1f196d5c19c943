import type { Engine } from "../../engine/engine.ts";
import {
  environmentLabel,
  folderLabel,
  projectLabel,
  rootLabel,
  syncLabel,
  workspaceLabel,
} from "../../plan/labels.ts";
import { hasAgent } from "../container/agent-image.ts";
import type { AgentSideOptions } from "../container/agent-side.ts";
import { openContainerShell } from "../container/container-shell.ts";
import { openHelperSide, startHelper } from "../container/helper.ts";
import type { Side } from "../side.ts";
import type { RecordHead, SyncedEnvironment } from "./record.ts";

export interface ContainerPlace {
  readonly record: RecordHead;
  readonly name: string;
  readonly sync: SyncedEnvironment;
}

/** By an agent in a helper where there is one for the platform, otherwise by the shell of the environment's own container. */
export async function containerOpener(
  engine: Engine,
  { record, name, sync }: ContainerPlace,
): Promise<(options: AgentSideOptions) => Promise<Side>> {
  const { container, volume, volumeId, platform } = sync;
  const labels = {
    [projectLabel]: record.project,
    [workspaceLabel]: record.workspace,
    [rootLabel]: record.root,
    [folderLabel]: record.folder,
    [environmentLabel]: name,
  };
  if (!hasAgent(platform)) return (options) => openContainerShell(engine, { volume, labels, platform }, options);
  const helper = { name: `${container}-sync`, volume, platform, labels: { ...labels, [syncLabel]: volumeId } };
  const id = await startHelper(engine, helper);
  return (options) => openHelperSide(engine, id, options);
}
