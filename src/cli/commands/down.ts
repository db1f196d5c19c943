import { down } from "../../env/down.ts";
import { defineCommand } from "../command.ts";
import { chosenNames, operate, projectOf } from "../operate.ts";

export const command = defineCommand({
  positionals: {
    environments: { count: "many", value: "ENVIRONMENT", summary: "all environments by default" },
  },
  options: {},
  async run(context, { environments }) {
    const project = await projectOf(context);
    const names = chosenNames(context, environments);
    const result = await operate(context, project, (operation) => down(operation, { names }));
    const removed = result.removed.map((name) => `removed ${name}\n`).join("");
    return { data: result, summary: removed === "" ? `${result.project}: nothing to remove\n` : removed };
  },
});
