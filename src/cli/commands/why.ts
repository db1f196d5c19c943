import { whyDockerfile, whyStale } from "../../env/why.ts";
import { whyByLabels } from "../../env/why-by-labels.ts";
import { defineCommand } from "../command.ts";
import { isUnread, projectOrKnown, projectRunBefore } from "../known.ts";
import { chosenNames, operate } from "../operate.ts";
import { printOrigins, printWhy } from "../why-table.ts";

export const command = defineCommand({
  positionals: {
    words: { count: "many", value: "ENVIRONMENT|LINE", summary: "all environments by default; a line of a Dockerfile" },
  },
  options: {
    dockerfile: { type: "boolean", summary: "for each line of the Dockerfile the config key that made it" },
  },
  async run(context, { words, dockerfile }) {
    const isNumber = (word: string | undefined) => /^[1-9]\d*$/.test(word ?? "");
    const line = isNumber(words.at(-1)) ? Number(words.at(-1)) : undefined;
    const names = chosenNames(context, line === undefined ? words : words.slice(0, -1));
    if (!dockerfile && line === undefined) {
      const project = await projectOrKnown(context);
      const result = isUnread(project)
        ? await operate(context, project.known, (operation) =>
            whyByLabels(operation, { names, unread: project.reason }),
          )
        : await operate(context, project, (operation) => whyStale(operation, names));
      const view = { limit: context.options.verbose ? undefined : 20, style: context.style.out };
      return { data: result, text: printWhy(result, view) };
    }
    const project = await projectRunBefore(context, "devenv why --dockerfile");
    const environments = await operate(context, project, (operation) => whyDockerfile(operation, { names, line }));
    return {
      data: { project: project.spec.project, environments },
      text: printOrigins(environments, context.style.out),
    };
  },
});
