import type { Project } from "../../env/project.ts";
import { up } from "../../env/up.ts";
import { requestDotfiles } from "../../spec/resolve-environment.ts";
import { type CliContext, defineCommand, type Outcome } from "../command.ts";
import { frozenOptions, isFrozen } from "../frozen.ts";
import { chosenNames, operate, projectOf } from "../operate.ts";
import { openUpMemory, type UpMemory } from "../remember-up.ts";
import { trustOption } from "../trust-option.ts";
import { printUpSummary } from "../up-summary.ts";
import { usageError } from "../usage.ts";

export const command = defineCommand({
  positionals: {
    environments: { count: "many", value: "ENVIRONMENT", summary: "all environments by default" },
  },
  options: {
    ...frozenOptions,
    ...trustOption,
    force: {
      type: "boolean",
      summary: "where the workspace is no longer synced: leave behind files that the host does not have",
    },
    watch: { type: "boolean", summary: "stay, and apply every change of the config until Ctrl-C" },
    dotfiles: {
      type: "string",
      value: "DIR",
      summary: "install the dotfiles of this folder or git address in the home",
    },
    "from-snapshot": {
      type: "string",
      value: "SNAPSHOT",
      summary: "make the environment that has it from this snapshot",
    },
  },
  async run(context, args) {
    const { environments, force, watch, dotfiles, "from-snapshot": fromSnapshot } = args;
    const frozen = isFrozen(context, args);
    const names = chosenNames(context, environments);
    if (fromSnapshot !== undefined && names.length > 1)
      throw usageError(
        "`--from-snapshot` takes one environment",
        `write \`devenv up ${names[0]} --from-snapshot ${fromSnapshot}\``,
      );
    const isBare = names.length === 0 && dotfiles === undefined && fromSnapshot === undefined;
    const apply = async (project: Project, memory?: UpMemory): Promise<Outcome> => {
      const startedAt = performance.now();
      const asked = dotfiles === undefined ? project : withDotfiles(context, project, dotfiles);
      const result = await operate(memory?.context ?? context, asked, async (operation) => {
        const upped = await up(memory?.watch(operation) ?? operation, { names, fromSnapshot, frozen, force });
        await memory?.remember(operation, project, upped);
        return upped;
      });
      const view = { durationMs: performance.now() - startedAt, style: context.style.err };
      return { data: result, summary: printUpSummary(result, project.spec, view) };
    };
    if (!watch) {
      const memory = isBare ? openUpMemory(context) : undefined;
      return await apply(await projectOf(memory?.context ?? context, args), memory);
    }
    if (context.options.json)
      throw usageError("`--watch` never ends, so it has no `--json` document", "drop one of them");
    if (fromSnapshot !== undefined)
      throw usageError("`--watch` follows the config, not a snapshot", "drop `--watch` or `--from-snapshot`");
    const { watchConfig } = await import("../watch-config.ts");
    await watchConfig(context, (project) => apply(project));
    return {};
  },
});

function withDotfiles({ options, host }: CliContext, project: Project, dotfiles: string): Project {
  const places = { root: options.cwd, home: host.home };
  return { ...project, spec: requestDotfiles(project.spec, dotfiles, places) };
}
