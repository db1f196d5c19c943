import { defineCommand } from "../command.ts";
import { connect } from "../connect.ts";
import { findProject } from "../find-project.ts";
import { frozenInsideOptions } from "../frozen.ts";
import { runInside } from "../inside.ts";
import { requireRecordedContainer } from "../require-locked.ts";
import { usageError } from "../usage.ts";
import { userOption } from "../user-option.ts";

export const command = defineCommand({
  positionals: {
    environment: { count: "optional", value: "ENVIRONMENT", summary: "may be left out when only one is up" },
  },
  options: { ...frozenInsideOptions, ...userOption },
  rest: "-- COMMAND…",
  async run(context, args) {
    const { environment, rest = [] } = args;
    if (rest.length === 0) throw usageError("`devenv exec` needs a command after `--`", "write `devenv exec -- ls`");
    const { cwd, env } = context.options;
    await requireRecordedContainer(context, args, environment ?? env);
    const { root } = findProject(context);
    const request = { root, environment: environment ?? env, command: rest, cwd, user: args.user };
    return { exitCode: await runInside(context, await connect(context), request) };
  },
});
