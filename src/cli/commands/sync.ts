import { devenvError } from "../../errors.ts";
import { workspaceId } from "../../plan/container.ts";
import { checked } from "../../sync/process/control.ts";
import type { EnvironmentSync, SyncRequest } from "../../sync/process/messages.ts";
import { type CliContext, defineCommand, type Outcome } from "../command.ts";
import { findProject } from "../find-project.ts";
import { hidingVariable } from "../inside.ts";
import { leftIn } from "../left-files.ts";
import { openSyncControl, syncCircumstances } from "../sync-control.ts";
import { printSync } from "../sync-table.ts";
import { usageError } from "../usage.ts";

const actions = ["status", "flush", "pause", "resume", "logs"];

export const command = defineCommand({
  positionals: {
    action: { count: "optional", value: "ACTION", summary: "status (by default), flush, pause, resume or logs" },
    environment: { count: "optional", value: "ENVIRONMENT", summary: "all that are kept in step by default" },
  },
  options: {
    restore: { type: "boolean", summary: "resume: bring back from the other side what is gone" },
    accept: { type: "boolean", summary: "resume: let what is gone be deleted on the other side too" },
  },
  async run(context, { action = "status", environment = context.options.env, restore, accept }) {
    const { root } = findProject(context);
    if (action === "serve") return serve(context, root);
    if (!actions.includes(action)) {
      throw usageError(`\`devenv sync\` has no \`${action}\``, `write one of ${actions.join(", ")}`);
    }
    if (action !== "resume" && (restore || accept)) {
      throw usageError(
        "`--restore` and `--accept` answer what `devenv sync resume` asks",
        "write `devenv sync resume`",
      );
    }
    if (restore && accept) throw usageError("`--restore` and `--accept` are opposites", "drop one of them");
    const control = await openSyncControl(context, { root, id: workspaceId(root) });
    if (action === "logs") return logs(control.places.log);
    const answer = restore ? "restore" : accept ? "accept" : undefined;
    const request = { kind: action, environment, answer } as SyncRequest;
    const answered = await control.ask(request, { signal: context.interrupts.signal });
    if (answered === undefined) throw devenvError("SYNC_NOT_RUNNING", { environment });
    checked(answered, environment ?? "", control.places);
    const environments = answered.kind === "done" ? answered.environments : [];
    if (action === "flush") refuseLeft(environments);
    return { data: { environments }, summary: printSync(environments, context.style.err) };
  },
});

function refuseLeft(environments: readonly EnvironmentSync[]): void {
  const problems = leftIn(environments);
  if (problems.length > 0) throw devenvError("SYNC_INCOMPLETE", { problems });
}

async function logs(file: string): Promise<Outcome> {
  const { readFile } = await import("node:fs/promises");
  const text = await readFile(file, "utf8").catch(() => "");
  return { data: { log: text.split("\n").filter((line) => line !== "") }, text };
}

/** The process itself: started by the commands that need it. */
async function serve(context: CliContext, root: string): Promise<Outcome> {
  const [{ runDaemon }, { syncPlaces }, { environmentOpener }, { engineObjects }] = await Promise.all([
    import("../../sync/process/daemon.ts"),
    import("../../sync/process/places.ts"),
    import("../../sync/process/open-environment.ts"),
    import("../../sync/process/engine-objects.ts"),
  ]);
  const { host, stdio, interrupts } = context;
  const engine = (await context.loadEngine())(host);
  const places = syncPlaces(host, workspaceId(root));
  const log = (line: string) => void stdio.stderr.write(`${new Date().toISOString()} ${line}\n`);
  const { nodePath, path } = context.program;
  const run = async ([name = "", ...args]: readonly string[]) => {
    const command = [path, name, "--cwd", root, ...args];
    const env = { [hidingVariable]: "1" };
    return (await host.processes.run(nodePath, command, { env, showOutput: true, allowFailure: true })).exitCode;
  };
  const open = environmentOpener({ host, engine, places });
  const circumstances = syncCircumstances(context.program, engine);
  const objects = engineObjects({ host, engine, places });
  await runDaemon({ host, places, circumstances, signal: interrupts.signal, open, run, log, ...objects });
  return {};
}
