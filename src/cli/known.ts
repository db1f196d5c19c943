/** Projects whose config is not run, or only where its user ran it before. */
import { relative } from "node:path";
import type { KnownContext } from "../env/operation.ts";
import type { Project } from "../env/project.ts";
import { type KnownProject, openKnownProject } from "../env/record/known-project.ts";
import { readWorkspace } from "../env/workspace.ts";
import { devenvError, isDevenvError } from "../errors.ts";
import type { CliContext } from "./command.ts";
import { connect } from "./connect.ts";
import { findProject } from "./find-project.ts";
import { operate, projectOf } from "./operate.ts";

/** What can be told of the project without running its config. */
export function knownProjectOf(context: CliContext): Promise<KnownProject> {
  return openKnownProject({ host: context.host, found: findProject(context), connect: () => connect(context) });
}

/** Run an operation that needs no config. */
export async function operateKnown<Result>(
  context: CliContext,
  run: (operation: KnownContext) => Promise<Result>,
): Promise<Result> {
  return operate(context, await knownProjectOf(context), run);
}

export interface Unread {
  readonly known: KnownProject;
  /** Why the config does not tell. */
  readonly reason: string;
  /** What kept it from telling, where it was run. */
  readonly error?: Error | undefined;
}

/** The project where this user ran its config on purpose before, and it holds; else what is known without it. */
export async function projectOrKnown(context: CliContext): Promise<Project | Unread> {
  const known = await knownProjectOf(context);
  const { workspace } = await readWorkspace(known.spec.root);
  if (known.run?.folder !== workspace.folder) {
    return {
      known,
      reason: "the config was not run by you in this folder yet; `devenv up` and `devenv config` run it",
    };
  }
  const { changedInside } = await import("./config-gate.ts");
  const { written, unguarded } = await changedInside(context, findProject(context));
  const [first] = [...written, ...unguarded].map((path) => relative(context.options.cwd, path));
  if (first !== undefined) {
    return { known, reason: `code inside has written \`${first}\`, or may have; \`devenv up\` asks about it` };
  }
  try {
    return await projectOf(context);
  } catch (error) {
    if (!isDevenvError(error)) throw error;
    return { known, error, reason: `${error.message.split("\n")[0]}; \`devenv config\` tells more` };
  }
}

export function isUnread(project: Project | Unread): project is Unread {
  return "known" in project;
}

/** For what cannot be done from labels. Throws what keeps the config from telling, or CONFIG_NOT_RUN. */
export async function projectRunBefore(context: CliContext, command: string): Promise<Project> {
  const project = await projectOrKnown(context);
  if (!isUnread(project)) return project;
  throw project.error ?? devenvError("CONFIG_NOT_RUN", { file: project.known.configFile, command });
}

/** Say in a line that the answer is not the config's. */
export function tellUnread({ report }: Pick<KnownContext, "report">, { reason }: Unread): void {
  report({ kind: "warning", text: `told from labels alone: ${reason}` });
}
