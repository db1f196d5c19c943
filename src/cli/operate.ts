import { hidingSecrets } from "../env/hidden.ts";
import type { OperationContext } from "../env/operation.ts";
import { openProject, type Project } from "../env/project.ts";
import type { CliContext } from "./command.ts";
import { connect } from "./connect.ts";
import { openProgress } from "./progress/open.ts";
import { workspaceSync } from "./sync-control.ts";

/** The project that the command line names. */
export function projectOf({ host, options }: CliContext): Promise<Project> {
  return openProject({ host, cwd: options.cwd, configFile: options.config });
}

/** Run one operation on a project, its progress shown while it runs. */
export async function operate<Result>(
  context: CliContext,
  project: Project,
  run: (operation: OperationContext) => Promise<Result>,
): Promise<Result> {
  const engine = await connect(context);
  const progress = openProgress(context, project.spec.project, project.configFile);
  try {
    const operation: OperationContext = {
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
