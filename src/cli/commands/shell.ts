import { historyFolder } from "../../plan/volumes.ts";
import { defineCommand } from "../command.ts";
import { connect } from "../connect.ts";
import { runInside } from "../inside.ts";
import { projectOf } from "../operate.ts";

/** The best shell that the image has. */
const anyShell = ["/bin/sh", "-c", "if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi"];

/** Kept in a volume, so that it outlives the container; bash writes each line at once, since a container may be killed. */
const shellHistory = {
  HISTFILE: `${historyFolder}/shell_history`,
  HISTSIZE: "10000",
  SAVEHIST: "10000",
  PROMPT_COMMAND: "history -a",
};

export const command = defineCommand({
  positionals: {
    environment: { count: "optional", value: "ENVIRONMENT", summary: "may be left out when only one is up" },
  },
  options: {},
  async run(context, { environment }) {
    const { spec } = await projectOf(context);
    const name = environment ?? context.options.env;
    const chosen = spec.environments.find((one) => one.name === name) ?? spec.environments[0];
    const command = chosen?.shell === undefined ? anyShell : [chosen.shell];
    const engine = await connect(context);
    const request = { root: spec.root, environment: name, command, cwd: context.options.cwd, env: shellHistory };
    return { exitCode: await runInside(context, engine, request) };
  },
});
