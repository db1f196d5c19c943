import type { ContainerInfo } from "../../engine/containers.ts";
import { devenvError } from "../../errors.ts";
import { gitState } from "../../host/git-state.ts";
import { workspaceId } from "../../plan/container.ts";
import { uidLabel } from "../../plan/labels.ts";
import { phaseOf } from "../../plan/phase.ts";
import {
  defaultSnapshotName,
  isSnapshotName,
  reservedNames,
  snapshotTag,
  uncheckedTag,
  writeSnapshot,
} from "../../plan/snapshot.ts";
import { unnamedUser } from "../../plan/user.ts";
import type { EnvironmentSpec } from "../../spec/spec.ts";
import { projectIdentity } from "../identity.ts";
import { underLock, underProjectLock } from "../lock.ts";
import { observeCurrent } from "../observe.ts";
import type { OperationContext } from "../operation.ts";
import { selectEnvironments } from "../plan-project.ts";
import { runStep } from "../step.ts";
import { captureLayer } from "./capture.ts";
import { describeSnapshot, type SnapshotDetails } from "./describe.ts";
import { findSnapshot, findSnapshots } from "./find.ts";
import { refuseSecrets } from "./refuse-secrets.ts";
import { secretValues } from "./secret-values.ts";
import { withUnchecked } from "./unchecked.ts";

export interface SnapshotRequest {
  /** Undefined: the time. */
  readonly name?: string | undefined;
  /** Undefined: the only one that has a container. */
  readonly environment?: string | undefined;
  readonly message?: string | undefined;
}

/** Keep what the container of an environment has over its image as an image; throws SNAPSHOT_… */
export function createSnapshot(context: OperationContext, request: SnapshotRequest): Promise<SnapshotDetails> {
  const name = request.name ?? defaultSnapshotName(new Date());
  if (!isSnapshotName(name)) {
    throw devenvError("SNAPSHOT_NAME_INVALID", { name, isReserved: reservedNames.includes(name) });
  }
  return underLock(context, async () => {
    const { environment, container } = await chooseContainer(context, request.environment);
    const target = { environment, container, name, message: request.message };
    // clones and worktrees share their snapshots' names
    return underProjectLock(context, () => takeSnapshot(context, target));
  });
}

async function takeSnapshot(
  context: OperationContext,
  target: Target & Pick<SnapshotRequest, "message">,
): Promise<SnapshotDetails> {
  const { environment, name } = target;
  await refuseUnfit(context, target);
  const step = { environment: environment.name, step: "snapshot", text: `taking snapshot ${name}` } as const;
  return runStep(context, step, async () => {
    await take(context, target);
    const found = await findSnapshot(context, { name, environment: environment.name });
    return { text: `${name} taken`, value: await describeSnapshot(context, found) };
  });
}

interface Chosen {
  readonly environment: EnvironmentSpec;
  readonly container: ContainerInfo;
}

async function chooseContainer({ engine, spec }: OperationContext, name: string | undefined): Promise<Chosen> {
  const observed = await observeCurrent(engine, workspaceId(spec.root));
  const candidates = selectEnvironments(spec.environments, name === undefined ? [] : [name]).flatMap((environment) => {
    const container = observed.get(environment.name);
    return container === undefined ? [] : [{ environment, container }];
  });
  const [chosen, other] = candidates;
  if (chosen === undefined) throw devenvError("ENVIRONMENT_NOT_UP", { name });
  if (other === undefined) return chosen;
  const names = candidates.map(({ environment }) => environment.name);
  throw devenvError("ENVIRONMENT_AMBIGUOUS", { names, example: `devenv snapshot --env ${names[0]}` });
}

interface Target extends Chosen {
  readonly name: string;
}

/** One of an earlier version may be another project's: it does not stand in the way. */
async function refuseUnfit(context: OperationContext, { environment, container, name }: Target) {
  const snapshots = await findSnapshots(context, environment.name);
  if (snapshots.some((one) => one.name === name && one.id !== undefined)) {
    throw devenvError("SNAPSHOT_EXISTS", { name, environment: environment.name });
  }
  if (phaseOf(container.name) === "create") throw devenvError("SNAPSHOT_UNFINISHED", { environment: environment.name });
}

/** Where there are secrets, what was kept becomes a snapshot only once it is known to hold none. */
async function take(context: OperationContext, target: Target & Pick<SnapshotRequest, "message">): Promise<void> {
  const { images } = context.engine;
  const { environment, container, name } = target;
  const { id } = await projectIdentity(context);
  const place = { project: context.spec.project, environment: environment.name, id, name };
  const values = await secretValues(context, target);
  const labels = await snapshotLabels(context, target);
  context.signal?.throwIfAborted();
  if (values.length === 0) {
    await context.engine.containers.commit(container.id, { tag: snapshotTag(place), labels, pause: true });
    return;
  }
  const unchecked = uncheckedTag(place);
  await withUnchecked(context, { tag: unchecked, name }, async () => {
    const changes = await captureLayer(context, { environment: environment.name, container, tag: unchecked, labels });
    await refuseSecrets(context, { message: undefined, ...target, image: unchecked, changes, values });
    await images.tag(unchecked, snapshotTag(place));
  });
}

async function snapshotLabels(
  { engine, host, spec }: OperationContext,
  { environment, container, name, message }: Target & Pick<SnapshotRequest, "message">,
) {
  const image = await engine.images.inspect(container.image);
  return writeSnapshot({
    project: spec.project,
    environment: environment.name,
    name,
    container: container.labels,
    image: image?.labels ?? {},
    user: userName(image?.user ?? "", container),
    git: await gitState(host, spec.root),
    message,
    created: new Date(),
  });
}

/** Where the image has root alone, somebody else than root works under another name. */
function userName(imageUser: string, { labels }: ContainerInfo): string {
  const [name = ""] = imageUser.split(":");
  if (name !== "" && name !== "0" && name !== "root") return name;
  return ["", "0"].includes(labels[uidLabel] ?? "") ? "root" : unnamedUser;
}
