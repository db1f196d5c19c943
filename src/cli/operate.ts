import { hidingSecrets } from "../env/hidden.ts";
import type { KnownContext, KnownSpec } from "../env/operation.ts";
import type { Project } from "../env/project.ts";
import type { SourcePlace } from "../errors.ts";
import type { CliContext } from "./command.ts";
import { connect } from "./connect.ts";
import { findProject } from "./find-project.ts";
import { openProgress } from "./progress/open.ts";
import { workspaceSync } from "./sync-control.ts";

export interface Trusting {
  /** The user says that what came from inside may run. */
  readonly trust?: boolean;
}

/** The project that the command line names. Throws CONFIG_FROM_INSIDE. Runs its config: only for commands that are asked to, or were before. */
export async function projectOf(context: CliContext, { trust = false }: Trusting = {}): Promise<Project> {
  const { host, options } = context;
  // most commands need none of that code
  const [{ openProject }, { rememberRun }, { requireTrusted }] = await Promise.all([
    import("../env/project.ts"),
    import("../env/record/remember-run.ts"),
    import("./config-gate.ts"),
  ]);
  const gate = await requireTrusted(context, findProject(context), trust);
  const { requireAgreed } = gate;
  const project = await openProject({ host, cwd: options.cwd, configFile: options.config, requireAgreed });
  await rememberRun(host, project, gate.ran());
  return project;
}

interface Operable<S extends KnownSpec> {
  readonly spec: S;
  readonly configFile: string;
  locate(key: string): Promise<SourcePlace | undefined>;
}

/** Run one operation on a project, its progress shown while it runs. */
export async function operate<S extends KnownSpec, Result>(
  context: CliContext,
  project: Operable<S>,
  run: (operation: KnownContext & { readonly spec: S }) => Promise<Result>,
): Promise<Result> {
  const engine = await connect(context);
  const progress = openProgress(context, project.spec.project, project.configFile);
  try {
    const operation: KnownContext & { readonly spec: S } = {
      host: context.host,
      engine,
      spec: project.spec,
      sync: workspaceSync(context, engine, project.spec.project),
      locate: (key) => project.locate(key),
      report: (event) => progress.report(event),
      signal: context.interrupts.signal,
    };
    return await hidingSecrets(operation, run);
  } finally {
    await progress.finish();
  }
}

/** The environments that were named, by position or by `--env`; none: all. */
export function chosenNames(context: CliContext, positionals: readonly string[]): readonly string[] {
  if (positionals.length > 0 || context.options.env === undefined) return positionals;
  return [context.options.env];
}
