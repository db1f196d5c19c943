/** Remember an `up` that had nothing to do, so that the next one need not find out again. */
import { randomUUID } from "node:crypto";
import type { ContainerInfo } from "../../engine/containers.ts";
import type { Engine } from "../../engine/engine.ts";
import { writeFileAtomic } from "../../host/atomic-write.ts";
import { readGitPlace } from "../../host/git-place.ts";
import { workspaceLabel } from "../../plan/labels.ts";
import { phaseOf } from "../../plan/phase.ts";
import { readMountRecords } from "../container/mount-record.ts";
import type { Project } from "../project.ts";
import { readWorkspace } from "../workspace.ts";
import { inputPaths } from "./inputs.ts";
import { type Caller, circumstancesOf, hashVariable, type QuickRecord, recordPath, seenContainers } from "./record.ts";
import { signFolder, signPath } from "./signature.ts";

export interface RememberOptions extends Caller {
  readonly engine: Engine;
  readonly project: Project;
  /** Names of the variables that counted. */
  readonly variables: readonly string[];
  /** Milliseconds since the epoch: before anything was read. */
  readonly startedAt: number;
  readonly summary: QuickRecord["summary"];
}

/** A file that was written at about the time when it was read may have been written again without a new time. */
const unsettledMs = 2000;

/** Call it after an `up` of all environments that kept every one of them. Remembers nothing when in doubt. */
export async function rememberUp(options: RememberOptions): Promise<void> {
  const record = await recordOf(options);
  if (record === undefined) return;
  await writeFileAtomic(recordPath(options.host.cacheDir, options.cwd), `${JSON.stringify(record)}\n`, 0o600);
}

async function recordOf(options: RememberOptions): Promise<QuickRecord | undefined> {
  const { host, cwd, program, engine, project, variables, startedAt, summary } = options;
  const { root } = project.spec;
  if (!engine.address.startsWith("unix:") || !program.endsWith(".js")) return undefined;
  const inputs = await inputPaths({ host, cwd, project });
  if (inputs === undefined) return undefined;
  const git = readGitPlace(host, root);
  const signatures = [...new Set([program, ...inputs, ...git.read])].map((path) => [path, signPath(path)] as const);
  const settledNs = BigInt(Math.floor(startedAt) - unsettledMs) * 1_000_000n;
  if (signatures.some(([, { changedNs }]) => changedNs.some((time) => time > settledNs))) return undefined;
  const { workspace } = await readWorkspace(root);
  const containers = await engine.containers.list({ [workspaceLabel]: workspace.id });
  if (containers.some(({ name, state }) => state !== "running" || phaseOf(name) !== "done")) return undefined;
  const salt = randomUUID();
  return {
    circumstances: circumstancesOf(options, engine.address),
    paths: Object.fromEntries(signatures.map(([path, { text }]) => [path, text])),
    folders: {
      ...Object.fromEntries([cwd, root, ...git.folders].map((folder) => [folder, signFolder(folder)])),
      ...mountedPaths({ host, root }, containers),
    },
    variables: Object.fromEntries(variables.map((name) => [name, hashVariable(host.env[name], salt)])),
    salt,
    workspace: workspace.id,
    containers: seenContainers(containers),
    summary,
  };
}

/** As they were when the containers were started: what came loose is for the ordinary `up` to mend. */
function mountedPaths(
  { host, root }: Pick<RememberOptions, "host"> & { readonly root: string },
  containers: readonly ContainerInfo[],
): Readonly<Record<string, string>> {
  const records = readMountRecords({ host, root });
  const mounted = containers.flatMap(({ id }) => Object.entries(records[id]?.paths ?? {}));
  return Object.fromEntries(mounted.map(([path, { identity }]) => [path, identity]));
}
