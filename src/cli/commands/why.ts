import { whyDockerfile, whyStale } from "../../env/why.ts";
import { defineCommand } from "../command.ts";
import { chosenNames, operate, projectOf } from "../operate.ts";
import { printOrigins, printWhy } from "../why-table.ts";

export const command = defineCommand({
  positionals: {
    words: { count: "many", value: "ENVIRONMENT|LINE", summary: "all environments by default; a line of a Dockerfile" },
  },
  options: {
    dockerfile: { type: "boolean", summary: "for each line of the Dockerfile the config key that made it" },
  },
  async run(context, { words, dockerfile }) {
    const project = await projectOf(context);
    const { project: name } = project.spec;
    const isNumber = (word: string | undefined) => /^[1-9]\d*$/.test(word ?? "");
    const line = isNumber(words.at(-1)) ? Number(words.at(-1)) : undefined;
    const names = chosenNames(context, line === undefined ? words : words.slice(0, -1));
    if (!dockerfile && line === undefined) {
      const result = await operate(context, project, (operation) => whyStale(operation, names));
      const view = { limit: context.options.verbose ? undefined : 20, style: context.style.out };
      return { data: result, text: printWhy(result, view) };
    }
    const environments = await operate(context, project, (operation) => whyDockerfile(operation, { names, line }));
    return { data: { project: name, environments }, text: printOrigins(environments, context.style.out) };
  },
});
