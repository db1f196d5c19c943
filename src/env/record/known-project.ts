/** What can be known of a project without running its config. */
import { basename } from "node:path";
import type { Engine } from "../../engine/engine.ts";
import { folderLabel, workspaceLabel } from "../../plan/labels.ts";
import { type Owner, ownerOf, readOwner } from "../../plan/owned.ts";
import type { KnownSpec } from "../operation.ts";
import { readWorkspace } from "../workspace.ts";
import { type RecordHost, type RunRecord, readRun } from "./run-record.ts";

export interface KnownProject {
  readonly spec: KnownSpec;
  /** Absolute path. */
  readonly configFile: string;
  /** Undefined when this user never ran the config. */
  readonly run: RunRecord | undefined;
  locate(key: string): Promise<undefined>;
}

export interface KnownOptions {
  readonly host: RecordHost;
  readonly found: { readonly file: string; readonly root: string };
  /** Asked only where nothing is written down. */
  connect(): Promise<Engine>;
}

/** From what an earlier run of the config said, else from the labels of what there is. */
export async function openKnownProject({ host, found, connect }: KnownOptions): Promise<KnownProject> {
  const { file: configFile, root } = found;
  const run = await readRun(host, root);
  const spec =
    run === undefined
      ? await specOfLabels(await connect(), root)
      : { project: run.project, root, environments: Object.keys(run.environments).map((name) => ({ name })) };
  return { spec, configFile, run, locate: async () => undefined };
}

/** A name that no config can have, so no label either, where nothing tells. */
async function specOfLabels(engine: Engine, root: string): Promise<KnownSpec> {
  const owners = await findOwners(engine, root);
  const environments = [...new Set(owners.map(({ environment }) => environment))].sort();
  const project = owners[0]?.project ?? `(${basename(root)})`;
  return { project, root, environments: environments.map((name) => ({ name })) };
}

/** Of what there is at this place, else of what the folder had where it was before. */
async function findOwners({ containers, volumes }: Engine, root: string): Promise<readonly Owner[]> {
  const { workspace } = await readWorkspace(root);
  for (const labels of [{ [workspaceLabel]: workspace.id }, { [folderLabel]: workspace.folder }]) {
    const ofContainers = (await containers.list(labels)).flatMap((one) => ownerOf(one) ?? []);
    if (ofContainers.length > 0) return ofContainers;
    const ofVolumes = (await volumes.list(labels)).flatMap((one) => readOwner(one.labels) ?? []);
    if (ofVolumes.length > 0) return ofVolumes;
  }
  return [];
}
