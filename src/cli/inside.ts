import type { ContainerInfo } from "../engine/containers.ts";
import type { Engine } from "../engine/engine.ts";
import { looseMounts, readMountRecords } from "../env/container/mount-record.ts";
import { type ExecOptions, type OpenExec, openExec } from "../env/exec.ts";
import { isDevenvError } from "../errors.ts";
import { environmentLabel, type Labels, labelOf, modeLabel } from "../plan/labels.ts";
import type { CliContext } from "./command.ts";
import { attach, terminalSize } from "./terminal.ts";
import { visible } from "./visible.ts";

/** Set to 1 where what commands print goes into a log. */
export const hidingVariable = "DEVENV_HIDE_SECRETS";

type InsideRequest = Omit<ExecOptions, "engine" | "tty" | "beforeExec">;

/** Run a command in an environment, attached to this process's streams; gives its exit code. One that is stopped is started. */
export async function runInside(context: CliContext, engine: Engine, request: InsideRequest): Promise<number> {
  const { stdio, interrupts } = context;
  const size = terminalSize(stdio);
  const hidesSecrets = context.host.env[hidingVariable] === "1";
  const open = () =>
    openExec({
      ...request,
      engine,
      tty: size,
      hidesSecrets,
      beforeExec: (container) => prepare(context, request, container),
    });
  const {
    process: running,
    guard,
    container,
  } = await open().catch((error: unknown) => openAgain(context, request, { open, error }));
  const exitCode = await attach({ running, guard, stdio, interrupts, tty: size !== undefined });
  if (exitCode === killedCode && interrupts.taken() === undefined) await tellEnd(context, engine, container);
  return exitCode;
}

/** What a command gives that SIGKILL ended; nothing else ends it together with its container. */
const killedCode = 137;

async function tellEnd({ stdio }: CliContext, engine: Engine, container: string): Promise<void> {
  const { findEnd } = await import("../env/container/last-words.ts");
  const end = await findEnd(engine, container).catch(() => undefined);
  if (end === undefined) return;
  const why = end.isOutOfMemory ? "for lack of memory" : `with exit code ${end.exitCode}`;
  stdio.stderr.write(`devenv: the container ended ${why} while the command ran; \`devenv up\` starts it again\n`);
}

/** A command after an edit sees that edit; where it cannot, that is said. */
async function prepare(
  context: CliContext,
  request: InsideRequest,
  { id, labels }: Pick<ContainerInfo, "id" | "labels">,
): Promise<void> {
  const loose = looseMounts(readMountRecords({ host: context.host, root: request.root }), id);
  for (const reason of context.options.quiet ? [] : loose) {
    context.stdio.stderr.write(`warning: ${visible(reason)}; \`devenv up\` restarts the container for it\n`);
  }
  await flush(context, request, labels);
}

async function flush(context: CliContext, { root, environment }: InsideRequest, labels: Labels): Promise<void> {
  if (labelOf(labels, modeLabel) !== "sync") return;
  const { flushSync } = await import("./flush-sync.ts");
  await flushSync(context, {
    root,
    environment: labelOf(labels, environmentLabel) ?? environment,
  });
}

interface Retry {
  open(): Promise<OpenExec>;
  readonly error: unknown;
}

/** What the last `up` wrote down starts what is stopped, and tells what is not up from what does not exist. */
async function openAgain(context: CliContext, request: InsideRequest, { open, error }: Retry): Promise<OpenExec> {
  const { environment } = request;
  const names = environment === undefined ? [] : [environment];
  if (isDevenvError(error, "CONTAINER_NOT_RUNNING")) {
    const [{ operateKnown }, { start }] = await Promise.all([import("./known.ts"), import("../env/lifecycle.ts")]);
    await operateKnown(context, (operation) => start(operation, { names }));
    return open();
  }
  if (environment !== undefined && isDevenvError(error, "ENVIRONMENT_NOT_UP")) {
    const [{ knownProjectOf }, { requireKnown }] = await Promise.all([
      import("./known.ts"),
      import("../env/require-known.ts"),
    ]);
    requireKnown((await knownProjectOf(context)).spec, environment);
  }
  throw error;
}
