import { stop } from "../../env/lifecycle.ts";
import { defineCommand } from "../command.ts";
import { printChanged } from "../lifecycle-summary.ts";
import { chosenNames, operate, projectOf } from "../operate.ts";

export const command = defineCommand({
  positionals: {
    environments: { count: "many", value: "ENVIRONMENT", summary: "all environments by default" },
  },
  options: {},
  async run(context, { environments }) {
    const names = chosenNames(context, environments);
    const result = await operate(context, await projectOf(context), (operation) => stop(operation, { names }));
    return { data: result, summary: printChanged(result, "stopped") };
  },
});
