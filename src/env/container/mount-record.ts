/** What stood at the paths of the host that a container's mounts hang on when it was started. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../../host/atomic-write.ts";
import type { Host } from "../../host/host.ts";
import { anchorsOf, looseReasons, type MountedPath } from "../../plan/anchors.ts";
import { workspaceId } from "../../plan/container.ts";
import type { StartPlan } from "../../plan/plan.ts";
import { isOwnMachine } from "../../plan/workspace-mode.ts";
import type { KnownContext } from "../operation.ts";
import { signFolder } from "../quick-up/signature.ts";

export interface MountRecord {
  readonly environment: string;
  readonly paths: Readonly<Record<string, MountedPath>>;
}

/** By the id of the container. */
export type MountRecords = Readonly<Record<string, MountRecord>>;

interface Place {
  readonly host: Pick<Host, "cacheDir">;
  /** Absolute real path of the workspace. */
  readonly root: string;
}

/** Beside the locks: what is lost with it comes right when a container is started. */
function placeOf({ host, root }: Place): string {
  return join(host.cacheDir, "mounts", `${workspaceId(root)}.json`);
}

/** Empty where there is none, or none that can be read. */
export function readMountRecords(place: Place): MountRecords {
  try {
    return JSON.parse(readFileSync(placeOf(place), "utf8")) as MountRecords;
  } catch {
    return {};
  }
}

/** Why what a running container has mounted is no longer what stands at those paths. */
export function looseMounts(records: MountRecords, id: string): readonly string[] {
  return looseReasons(records[id]?.paths ?? {}, identityOf);
}

function identityOf(path: string): string | undefined {
  try {
    return signFolder(path);
  } catch {
    return undefined;
  }
}

export interface Started {
  readonly environment: StartPlan;
  /** Of the container that is about to be started. */
  readonly id: string;
  /** Of the one that it takes the place of, and that stays should it fail. */
  readonly replaced?: string | undefined;
}

/** Call it before the container starts: what changes from then on is not mounted in it. */
export async function rememberMounts({ host, spec, engine }: KnownContext, started: Started): Promise<void> {
  // what an engine in a virtual machine mounts it finds by path
  if (!isOwnMachine({ address: engine.address, platform: host.platform })) return;
  const { environment, id, replaced } = started;
  const place = { host, root: spec.root };
  const before = readMountRecords(place);
  const others = Object.entries(before).filter(
    ([one, record]) => record.environment !== environment.name || one === replaced,
  );
  const paths = Object.fromEntries(
    anchorsOf(environment.container).flatMap(({ path, kind }) => {
      const identity = identityOf(path);
      return identity === undefined ? [] : [[path, { kind, identity }]];
    }),
  );
  const record: MountRecord = { environment: environment.name, paths };
  if (Object.keys(paths).length === 0 && Object.keys(before).length === 0) return;
  const records: MountRecords = { ...Object.fromEntries(others), [id]: record };
  await writeFileAtomic(placeOf(place), `${JSON.stringify(records)}\n`, 0o600);
}

/** Of one that runs already and that nothing is remembered of: an earlier version started it. */
export async function adoptMounts(context: KnownContext, started: Started): Promise<void> {
  const records = readMountRecords({ host: context.host, root: context.spec.root });
  if (records[started.id] === undefined) await rememberMounts(context, started);
}
