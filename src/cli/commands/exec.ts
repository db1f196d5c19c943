import { findConfigFile } from "../../config/find.ts";
import { defineCommand } from "../command.ts";
import { connect } from "../connect.ts";
import { runInside } from "../inside.ts";

import { usageError } from "../usage.ts";

export const command = defineCommand({
  positionals: {
    environment: { count: "optional", value: "ENVIRONMENT", summary: "may be left out when only one is up" },
  },
  options: {},
  rest: "-- COMMAND…",
  async run(context, { environment, rest = [] }) {
    if (rest.length === 0) throw usageError("`devenv exec` needs a command after `--`", "write `devenv exec -- ls`");
    const { cwd, env, config } = context.options;
    const { root } = findConfigFile(cwd, config);
    const request = { root, environment: environment ?? env, command: rest, cwd };
    return { exitCode: await runInside(context, await connect(context), request) };
  },
});
