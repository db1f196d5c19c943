import { status } from "../../env/status.ts";
import { statusByLabels } from "../../env/status-by-labels.ts";
import { defineCommand } from "../command.ts";
import { isUnread, projectOrKnown } from "../known.ts";
import { operate } from "../operate.ts";
import { printStatus } from "../status-table.ts";

export const command = defineCommand({
  positionals: {},
  options: {},
  async run(context) {
    const project = await projectOrKnown(context);
    const result = isUnread(project)
      ? await operate(context, project.known, (operation) => statusByLabels(operation, project.reason))
      : await operate(context, project, status);
    return { data: result, text: printStatus(result, context.style.out) };
  },
});
