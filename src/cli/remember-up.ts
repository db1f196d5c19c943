/** The quick `up`: what is remembered for it by an ordinary one. */
import pico from "picocolors";
import type { Engine } from "../engine/engine.ts";
import type { OperationContext, UpResult } from "../env/operation.ts";
import type { Project } from "../env/project.ts";
import { watchHost } from "../env/quick-up/watched-host.ts";
import { workspaceMode } from "../plan/workspace-mode.ts";
import type { EnvironmentSpec } from "../spec/spec.ts";
import type { CliContext } from "./command.ts";
import { printUpSummary } from "./up-summary.ts";

export interface UpMemory {
  /** The context to work in, so that it is known what counted. */
  readonly context: CliContext;
  /** The operation to run, so that it is known whether it said anything. */
  watch(operation: OperationContext): OperationContext;
  /** Call it after an `up` of all environments; never throws. */
  remember(operation: OperationContext, project: Project, result: UpResult): Promise<void>;
}

function isSynced({ workspace }: EnvironmentSpec, { address }: Engine, { host: { platform } }: CliContext): boolean {
  return workspace.watch.length > 0 || workspaceMode(workspace.mode, { address, platform }) === "sync";
}

export function openUpMemory(context: CliContext): UpMemory {
  const startedAt = Date.now();
  const { host, lookedAt } = watchHost(context.host);
  let isSilent = true;
  return {
    context: { ...context, host },
    watch: (operation) => ({
      ...operation,
      report: (event) => {
        isSilent = false;
        operation.report(event);
      },
    }),
    async remember({ engine }, project, result) {
      const isKept = isSilent && result.environments.every(({ action }) => action === "kept");
      const variables = lookedAt();
      if (!isKept || variables === undefined || context.options.config !== undefined) return;
      // whether it is in step still is not told by what the engine has
      if (project.spec.environments.some((environment) => isSynced(environment, engine, context))) return;
      const { program, options } = context;
      const summaryWith = (colours: boolean) =>
        printUpSummary(result, project.spec, { durationMs: 0, style: pico.createColors(colours) });
      const { rememberUp } = await import("../env/quick-up/remember.ts");
      await rememberUp({
        host: context.host,
        cwd: options.cwd,
        program: program.path,
        node: program.node,
        engine,
        project,
        variables,
        startedAt,
        summary: { plain: summaryWith(false), coloured: summaryWith(true) },
      }).catch(() => undefined);
    },
  };
}
