import type { KnownContext, OperationContext, UpResult } from "../../env/operation.ts";
import { type CliContext, defineCommand, type Outcome } from "../command.ts";
import { isUnread, projectOrKnown, projectRunBefore, tellUnread } from "../known.ts";
import { operate } from "../operate.ts";
import { printSnapshot, printSnapshots, printTaken } from "../snapshot-table.ts";
import { printUpSummary } from "../up-summary.ts";
import { usageError } from "../usage.ts";

export const command = defineCommand({
  positionals: {
    action: {
      count: "optional",
      value: "NAME|ACTION",
      summary: "name of the new snapshot, the time by default; or list, show, restore, rm",
    },
    names: { count: "many", value: "SNAPSHOT", summary: "what to show, restore or remove" },
  },
  options: {
    message: { type: "string", alias: "m", value: "TEXT", summary: "what the new snapshot is for" },
  },
  async run(context, { action, names, message }) {
    if (action !== undefined && Object.hasOwn(actions, action)) {
      if (message !== undefined)
        throw usageError(`\`devenv snapshot ${action}\` takes no \`--message\``, "it belongs to a new snapshot");
      return actions[action as keyof typeof actions](context, names);
    }
    const [extra] = names;
    if (extra !== undefined)
      throw usageError(`\`devenv snapshot ${action}\` does not take \`${extra}\``, "run `devenv snapshot --help`");
    return take(context, { name: action, message });
  },
});

const actions = { list, show, restore, rm };

async function take(
  context: CliContext,
  request: { readonly name: string | undefined; readonly message: string | undefined },
): Promise<Outcome> {
  const { createSnapshot } = await import("../../env/snapshot/create.ts");
  const environment = context.options.env;
  const project = await projectRunBefore(context, "devenv snapshot");
  const take = (operation: OperationContext) => createSnapshot(operation, { ...request, environment });
  const result = await operate(context, project, take);
  return { data: result, summary: printTaken(project.spec.project, result, context.style.err) };
}

async function list(context: CliContext, names: readonly string[]): Promise<Outcome> {
  takeNames("list", names, 0);
  const { listSnapshots } = await import("../../env/snapshot/describe.ts");
  const { result, project } = await run(context, (operation) => listSnapshots(operation, context.options.env));
  if (result.length === 0) return { data: result, summary: `${project}: no snapshots\n` };
  return { data: result, text: printSnapshots(result, context.style.out) };
}

async function show(context: CliContext, names: readonly string[]): Promise<Outcome> {
  const [name = ""] = takeNames("show", names, 1);
  const { showSnapshot } = await import("../../env/snapshot/describe.ts");
  const choice = { name, environment: context.options.env };
  const { result } = await run(context, (operation) => showSnapshot(operation, choice));
  return { data: result, text: printSnapshot(result, context.style.out) };
}

async function restore(context: CliContext, names: readonly string[]): Promise<Outcome> {
  const [name = ""] = takeNames("restore", names, 1);
  const { restoreSnapshot } = await import("../../env/snapshot/restore.ts");
  const choice = { name, environment: context.options.env };
  const startedAt = performance.now();
  const project = await projectRunBefore(context, "devenv snapshot restore");
  const result: UpResult = await operate(context, project, (operation) => restoreSnapshot(operation, choice));
  const view = { durationMs: performance.now() - startedAt, style: context.style.err };
  return { data: result, summary: printUpSummary(result, project.spec, view) };
}

async function rm(context: CliContext, names: readonly string[]): Promise<Outcome> {
  if (names.length === 0) takeNames("rm", names, 1);
  const { removeSnapshots } = await import("../../env/snapshot/remove.ts");
  const choice = { names, environment: context.options.env };
  const { result } = await run(context, (operation) => removeSnapshots(operation, choice));
  return { data: result, summary: result.removed.map(({ name }) => `removed snapshot ${name}\n`).join("") };
}

/** What needs no more of the project than its name. */
async function run<Result>(
  context: CliContext,
  work: (operation: KnownContext) => Promise<Result>,
): Promise<{ readonly result: Result; readonly project: string }> {
  const project = await projectOrKnown(context);
  if (!isUnread(project)) return { result: await operate(context, project, work), project: project.spec.project };
  const result = await operate(context, project.known, (operation) => {
    tellUnread(operation, project);
    return work(operation);
  });
  return { result, project: project.known.spec.project };
}

function takeNames(action: string, names: readonly string[], count: 0 | 1): readonly string[] {
  const extra = names[count];
  const where = `devenv snapshot ${action}`;
  if (extra !== undefined) throw usageError(`\`${where}\` does not take \`${extra}\``, "run `devenv snapshot --help`");
  if (names.length < count)
    throw usageError(`\`${where}\` needs the name of a snapshot`, "run `devenv snapshot list` to see the snapshots");
  return names;
}
