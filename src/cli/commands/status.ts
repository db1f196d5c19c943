import { status } from "../../env/status.ts";
import { defineCommand } from "../command.ts";
import { operate, projectOf } from "../operate.ts";
import { printStatus } from "../status-table.ts";

export const command = defineCommand({
  positionals: {},
  options: {},
  async run(context) {
    const result = await operate(context, await projectOf(context), status);
    return { data: result, text: printStatus(result, context.style.out) };
  },
});
