import { randomUUID } from "node:crypto";
import { posix, relative, sep } from "node:path";
import type { Readable } from "node:stream";
import type { ContainerInfo, ExecProcess, ExecRequest } from "../engine/containers.ts";
import type { Engine } from "../engine/engine.ts";
import { devenvError } from "../errors.ts";
import { workspaceId } from "../plan/container.ts";
import type { Labels } from "../plan/labels.ts";
import { readSecretVariables, readTarget } from "../plan/owned.ts";
import { type Guard, guardExec } from "./container/guard.ts";
import { execVariable } from "./container/guard-script.ts";
import { withSecretVariables } from "./container/secret-variables.ts";
import { observeCurrent } from "./observe.ts";

export interface ExecOptions {
  readonly engine: Engine;
  /** Absolute real path of the workspace. */
  readonly root: string;
  /** Undefined: the only one that is up. */
  readonly environment?: string | undefined;
  /** May depend on the container's labels. */
  readonly command: readonly string[] | ((labels: Labels) => readonly string[]);
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Absolute, or relative to the workspace in the container. */
  readonly workdir?: string | undefined;
  /** Where the person stands on the host: a folder of the workspace is entered inside too. */
  readonly cwd?: string | undefined;
  readonly tty?: ExecRequest["tty"];
  /** A name or an id; undefined: the container's own. */
  readonly user?: string | undefined;
  /** Its output is for a log: the secrets that the container has are hidden in it. */
  readonly hidesSecrets?: boolean | undefined;
  /** Called once it is known which container it is. */
  beforeExec?(container: Pick<ContainerInfo, "id" | "labels">): Promise<void>;
}

export interface OpenExec {
  readonly process: ExecProcess;
  readonly guard: Guard;
  /** Id of its container. */
  readonly container: string;
}

/** Run a command in an environment that is up. Loads no config: the labels say which container it is. */
export async function openExec(options: ExecOptions): Promise<OpenExec> {
  const { engine, command, tty, user, hidesSecrets } = options;
  const container = await findContainer(options);
  await options.beforeExec?.(container);
  const mark = randomUUID();
  const hide = hidesSecrets === true ? await secretHider(engine, container.id) : (running: ExecProcess) => running;
  const variables = readSecretVariables(container.labels);
  const process = await engine.containers.exec(container.id, {
    command: withSecretVariables(
      variables,
      typeof command === "function" ? command(container.labels) : command,
      // they are the container's user's to read
      { mayLack: user !== undefined },
    ),
    env: { ...options.env, [execVariable]: mark },
    workdir: workdirOf(container, options),
    tty,
    user,
  });
  return {
    process: hide(process),
    guard: guardExec(engine, { container: container.id, mark, user }),
    container: container.id,
  };
}

async function secretHider(engine: Engine, id: string): Promise<(process: ExecProcess) => ExecProcess> {
  const [{ givenSecrets }, { openRedaction }] = await Promise.all([
    import("../engine/given-secrets.ts"),
    import("../host/redact.ts"),
  ]);
  const redaction = openRedaction();
  redaction.add((await givenSecrets(engine, id)).values());
  const hidden = (output: Readable): Readable => {
    const shown = redaction.stream();
    output.once("error", (error) => shown.destroy(error));
    return output.pipe(shown);
  };
  return (running) => ({ ...running, stdout: hidden(running.stdout), stderr: hidden(running.stderr) });
}

async function findContainer({ engine, root, environment }: ExecOptions): Promise<ContainerInfo> {
  const observed = await observeCurrent(engine, workspaceId(root));
  const name = environment ?? onlyName(observed);
  const container = name === undefined ? undefined : observed.get(name);
  if (container === undefined) throw devenvError("ENVIRONMENT_NOT_UP", { name: environment });
  const { state } = container;
  if (state !== "running") throw devenvError("CONTAINER_NOT_RUNNING", { container: container.name, state });
  return container;
}

/** Of several the one that runs; of none that runs, the only one there is. */
function onlyName(observed: ReadonlyMap<string, ContainerInfo>): string | undefined {
  const all = [...observed.keys()].sort();
  const running = all.filter((name) => observed.get(name)?.state === "running");
  const names = running.length === 0 ? all : running;
  if (names.length > 1) throw devenvError("ENVIRONMENT_AMBIGUOUS", { names });
  return names[0];
}

function workdirOf({ labels }: ContainerInfo, { root, cwd, workdir }: ExecOptions): string | undefined {
  const target = readTarget(labels);
  if (target === undefined) return workdir;
  if (workdir !== undefined) return posix.resolve(target, workdir);
  const below = cwd === undefined ? "" : relative(root, cwd);
  return below.startsWith("..") ? target : posix.join(target, below.split(sep).join("/"));
}
