import { defineCommand } from "../command.ts";
import { connect } from "../connect.ts";
import { runInside } from "../inside.ts";
import { projectOf } from "../operate.ts";

/** The best shell that the image has. */
const anyShell = ["/bin/sh", "-c", "if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi"];

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
    const request = { root: spec.root, environment: name, command, cwd: context.options.cwd };
    return { exitCode: await runInside(context, engine, request) };
  },
});
