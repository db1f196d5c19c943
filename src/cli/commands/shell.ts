import { readRun } from "../../env/record/run-record.ts";
import { environmentLabel, type Labels } from "../../plan/labels.ts";
import { historyFolder } from "../../plan/volumes.ts";
import { defineCommand } from "../command.ts";
import { connect } from "../connect.ts";
import { findProject } from "../find-project.ts";
import { runInside } from "../inside.ts";
import { userOption } from "../user-option.ts";

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
  options: userOption,
  async run(context, { environment, user }) {
    const { root } = findProject(context);
    const name = environment ?? context.options.env;
    const { environments = {} } = (await readRun(context.host, root)) ?? {};
    const shells = new Map(Object.entries(environments).map(([one, { shell }]) => [one, shell]));
    const command = ({ [environmentLabel]: chosen = "" }: Labels) => {
      const shell = shells.get(chosen);
      return shell === undefined ? anyShell : [shell];
    };
    // another user's lines would be in files that this one cannot write to
    const env = user === undefined ? shellHistory : {};
    const engine = await connect(context);
    const request = { root, environment: name, command, cwd: context.options.cwd, env, user };
    return { exitCode: await runInside(context, engine, request) };
  },
});
