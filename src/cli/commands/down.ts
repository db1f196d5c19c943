import { down } from "../../env/down.ts";
import { defineCommand } from "../command.ts";
import { operateKnown } from "../known.ts";
import { chosenNames } from "../operate.ts";

export const command = defineCommand({
  positionals: {
    environments: { count: "many", value: "ENVIRONMENT", summary: "all environments by default" },
  },
  options: {
    volumes: { type: "boolean", summary: "remove the volumes of the workspace too: dependencies, shell history" },
    force: {
      type: "boolean",
      summary: "with `--volumes`: also files of synced workspaces that the host does not have",
    },
  },
  async run(context, { environments, volumes, force }) {
    const names = chosenNames(context, environments);
    const result = await operateKnown(context, (operation) => down(operation, { names, volumes, force }));
    const removed = [
      ...result.removed.map((name) => `removed ${name}\n`),
      ...result.volumes.map((name) => `removed volume ${name}\n`),
    ].join("");
    return { data: result, summary: removed === "" ? `${result.project}: nothing to remove\n` : removed };
  },
});
