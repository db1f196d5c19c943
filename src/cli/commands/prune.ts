import { planProject } from "../../env/plan-project.ts";
import { prune } from "../../env/prune.ts";
import { defineCommand } from "../command.ts";
import { isUnread, projectOrKnown, tellUnread } from "../known.ts";
import { operate } from "../operate.ts";
import { printPruned, printPruneSummary } from "../prune-table.ts";
import { usageError } from "../usage.ts";

export const command = defineCommand({
  positionals: {},
  options: {
    "dry-run": { type: "boolean", summary: "tell what would be removed, and remove nothing" },
    "older-than": { type: "string", value: "AGE", summary: "only what was made longer ago: `30m`, `12h`, `7d`, `2w`" },
    snapshots: { type: "boolean", summary: "also snapshots that no container was made from" },
    force: { type: "boolean", summary: "also volumes of synced workspaces with files that the host does not have" },
  },
  async run(context, { "dry-run": dryRun, "older-than": age, snapshots, force }) {
    const olderThan = age === undefined ? undefined : readAge(age);
    const options = { dryRun, olderThan, snapshots, force };
    const project = await projectOrKnown(context);
    const result = isUnread(project)
      ? await operate(context, project.known, (operation) => {
          tellUnread(operation, project);
          return prune(operation, { ...options, plan: undefined });
        })
      : await operate(context, project, async (operation) =>
          prune(operation, { ...options, plan: await planProject(operation) }),
        );
    const view = { now: Date.now(), style: context.style.out };
    return { data: result, text: printPruned(result, view), summary: printPruneSummary(result) };
  },
});

const unitSeconds: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 24 * 3600, w: 7 * 24 * 3600 };

/** Seconds. */
function readAge(text: string): number {
  const [, count = "", unit = ""] = /^(\d+)([mhdw])$/.exec(text) ?? [];
  const seconds = unitSeconds[unit];
  if (seconds !== undefined) return Number(count) * seconds;
  throw usageError(
    `\`--older-than\` takes an age such as \`7d\`, not \`${text}\``,
    "the units are `m`, `h`, `d` and `w`",
  );
}
