import { ignoreLocalConfig, localConfig } from "../../onboard/init/git-ignore.ts";
import { applyInit, type InitPlan, planInit } from "../../onboard/init/init.ts";
import { hasRegistry } from "../../onboard/init/registry.ts";
import { parseImageReference } from "../../spec/image-reference.ts";
import { canAsk, openQuestions } from "../ask.ts";
import { type CliContext, defineCommand } from "../command.ts";
import { printInitDone, printInitPlan } from "../init-summary.ts";
import { projectOf } from "../operate.ts";
import { usageError } from "../usage.ts";

export const command = defineCommand({
  positionals: {
    template: { count: "optional", value: "TEMPLATE", summary: "node, python or go; what is found here by default" },
  },
  options: {
    yes: { type: "boolean", alias: "y", summary: "write without asking" },
    base: { type: "string", value: "IMAGE", summary: "an image reference, or `bootstrap`; what can be had by default" },
    force: { type: "boolean", summary: "replace a config that is there" },
  },
  async run(context, { template, yes, base, force }) {
    checkUsage(context, yes, base);
    const { host, options, stdio, style } = context;
    const plan = await planInit({ host, folder: options.cwd, template, base, force, hasRegistry });
    if (!yes || !(options.quiet || options.json)) stdio.stderr.write(printInitPlan(plan, style.err));
    using questions = yes ? undefined : openQuestions(context);
    if ((await questions?.ask("Write it?")) === false) return { exitCode: 1, summary: "nothing was written\n" };
    await applyInit(plan);
    // it is its user's own, and known from now on
    await projectOf(context);
    const ignores = plan.isLocalTracked && (await questions?.ask(`Add ${localConfig} to .gitignore?`)) !== false;
    if (ignores) await ignoreLocalConfig(plan.folder);
    return { data: initDocument(plan), summary: printInitDone(plan, ignores) };
  },
});

function checkUsage(context: CliContext, yes: boolean, base: string | undefined): void {
  if (context.options.config !== undefined) {
    throw usageError("`devenv init` writes `devenv.config.ts` and takes no `--config`", "leave `--config` out");
  }
  if (base !== undefined && base !== "bootstrap" && parseImageReference(base) === undefined) {
    const hint = "name an image such as `debian:bookworm-slim`, or `bootstrap`";
    throw usageError(`\`${base}\` is not an image reference`, hint);
  }
  if (!yes && !canAsk(context)) {
    throw usageError(
      "`devenv init` asks before it writes, and there is no terminal to ask on",
      "run `devenv init --yes`",
    );
  }
}

function initDocument({ files, detected, base, tasks }: InitPlan): object {
  return { file: files[0].path, detected, base, tasks: Object.keys(tasks) };
}
