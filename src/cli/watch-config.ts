import type { Project } from "../env/project.ts";
import { type FileWatcher, watchFiles } from "../host/watch.ts";
import type { CliContext, Outcome } from "./command.ts";
import { projectOf } from "./operate.ts";
import { renderOutcome } from "./render.ts";
import { reportError } from "./report-error.ts";

type Apply = (project: Project) => Promise<Outcome>;

/**
 * Apply the config now and after every change of its files, until interrupted. A config that cannot be
 * read at the start throws; later failures are reported, and the next change tries again.
 */
export async function watchConfig(context: CliContext, apply: Apply): Promise<void> {
  const { signal } = context.interrupts;
  const watch = openWatch(signal);
  try {
    await watch.over(watchedFiles(await projectOf(context)));
    while (!signal.aborted) {
      const project = await readWatched(context, watch);
      if (project !== undefined) await applyOnce(context, project, apply);
      if (signal.aborted) return;
      if (!context.options.quiet) say(context, "watching the config for changes; Ctrl-C ends");
      await watch.changed();
    }
  } finally {
    await watch.close();
  }
}

/** Read the config while exactly its files are watched, so that no change after this is missed. */
async function readWatched(context: CliContext, watch: Watch): Promise<Project | undefined> {
  for (;;) {
    watch.forget();
    const project = await readAgain(context);
    if (project === undefined || watch.isOver(watchedFiles(project))) return project;
    await watch.over(watchedFiles(project));
  }
}

async function readAgain(context: CliContext): Promise<Project | undefined> {
  try {
    return await projectOf(context);
  } catch (error) {
    tell(context, error);
    return undefined;
  }
}

function watchedFiles({ files, envFiles }: Project): readonly string[] {
  return [...files, ...envFiles];
}

interface Watch {
  /** Watch these files instead; resolves when their changes can no longer be missed. */
  over(files: readonly string[]): Promise<void>;
  isOver(files: readonly string[]): boolean;
  /** Let the changes up to now be no news. */
  forget(): void;
  /** Resolves at the first change that was not forgotten, and at the end of the signal. */
  changed(): Promise<void>;
  close(): Promise<void>;
}

function openWatch(signal: AbortSignal): Watch {
  let watched: readonly string[] = [];
  let watcher: FileWatcher | undefined;
  let change = Promise.withResolvers<void>();
  const tellChange = () => change.resolve();
  signal.addEventListener("abort", tellChange, { once: true });
  return {
    over: async (files) => {
      const before = watcher;
      watcher = await watchFiles(files, tellChange);
      watched = files;
      await before?.close();
    },
    isOver: (files) => files.length === watched.length && files.every((file) => watched.includes(file)),
    forget: () => {
      change = Promise.withResolvers<void>();
      if (signal.aborted) change.resolve();
    },
    changed: () => change.promise,
    close: async () => {
      signal.removeEventListener("abort", tellChange);
      await watcher?.close();
    },
  };
}

async function applyOnce(context: CliContext, project: Project, apply: Apply): Promise<void> {
  try {
    renderOutcome(await apply(project), context);
  } catch (error) {
    tell(context, error);
  }
}

function tell({ stdio, style, interrupts, options }: CliContext, error: unknown): void {
  if (interrupts.signal.aborted) return;
  reportError(error, { json: false, verbose: options.verbose, stdio, style: style.err, interruptedBy: undefined });
}

function say({ stdio, style }: CliContext, text: string): void {
  stdio.stderr.write(`\n${style.err.dim(text)}\n`);
}
