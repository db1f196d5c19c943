import type { Project } from "../env/project.ts";
import { watchFiles } from "../host/watch.ts";
import type { CliContext, Outcome } from "./command.ts";
import { projectOf } from "./operate.ts";
import { renderOutcome } from "./render.ts";
import { reportError } from "./report-error.ts";

type Apply = (project: Project) => Promise<Outcome>;

interface Round {
  /** The files that the config and the variables were last read from. */
  readonly files: readonly string[];
  /** Undefined when it cannot be read now. */
  readonly project: Project | undefined;
}

/**
 * Apply the config now and after every change of its files, until interrupted. A config that cannot be
 * read at the start throws; later failures are reported, and the next change tries again.
 */
export async function watchConfig(context: CliContext, apply: Apply): Promise<void> {
  const { signal } = context.interrupts;
  const project = await projectOf(context);
  let round: Round = { files: watchedFiles(project), project };
  while (!signal.aborted) {
    await applyUntilChange(context, round, apply);
    if (!signal.aborted) round = await readAgain(context, round);
  }
}

function watchedFiles({ files, envFiles }: Project): readonly string[] {
  return [...files, ...envFiles];
}

/** The watch stands before the work starts, so that a change during a long build is not missed. */
async function applyUntilChange(context: CliContext, { files, project }: Round, apply: Apply): Promise<void> {
  const { signal } = context.interrupts;
  const changed = Promise.withResolvers<void>();
  const stop = () => changed.resolve();
  const watcher = await watchFiles(files, stop);
  signal.addEventListener("abort", stop, { once: true });
  try {
    if (project !== undefined) await applyOnce(context, project, apply);
    if (signal.aborted) return;
    if (!context.options.quiet) say(context, "watching the config for changes; Ctrl-C ends");
    await changed.promise;
  } finally {
    signal.removeEventListener("abort", stop);
    await watcher.close();
  }
}

async function applyOnce(context: CliContext, project: Project, apply: Apply): Promise<void> {
  try {
    renderOutcome(await apply(project), context);
  } catch (error) {
    tell(context, error);
  }
}

async function readAgain(context: CliContext, { files }: Round): Promise<Round> {
  try {
    const project = await projectOf(context);
    return { files: watchedFiles(project), project };
  } catch (error) {
    tell(context, error);
    return { files, project: undefined };
  }
}

function tell({ stdio, style, interrupts }: CliContext, error: unknown): void {
  if (interrupts.signal.aborted) return;
  reportError(error, { json: false, stdio, style: style.err, interruptedBy: undefined });
}

function say({ stdio, style }: CliContext, text: string): void {
  stdio.stderr.write(`\n${style.err.dim(text)}\n`);
}
