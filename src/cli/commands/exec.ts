import { findConfigFile } from "../../config/find.ts";
import { defineCommand } from "../command.ts";
import { connect } from "../connect.ts";
import { frozenInsideOptions } from "../frozen.ts";
import { runInside } from "../inside.ts";
import { requireLockedContainer } from "../require-locked.ts";
import { usageError } from "../usage.ts";

export const command = defineCommand({
  positionals: {
    environment: { count: "optional", value: "ENVIRONMENT", summary: "may be left out when only one is up" },
  },
  options: frozenInsideOptions,
  rest: "-- COMMAND…",
  async run(context, args) {
    const { environment, rest = [] } = args;
    if (rest.length === 0) throw usageError("`devenv exec` needs a command after `--`", "write `devenv exec -- ls`");
    const { cwd, env, config } = context.options;
    await requireLockedContainer(context, args, environment ?? env);
    const { root } = findConfigFile({ cwd, configFile: config, self: context.host });
    const request = { root, environment: environment ?? env, command: rest, cwd };
    return { exitCode: await runInside(context, await connect(context), request) };
  },
});
