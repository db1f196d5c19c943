import { entry, listNames } from "./entry.ts";

/** Errors of `devenv ci` and `devenv prune`. */
export const ciErrors = {
  CI_TASK_MISSING: entry<{ known: readonly string[] }>({
    message: ({ known }) =>
      `\`devenv ci\` runs the task \`ci\`, else \`test\`, and the config has neither; it has ${listNames(known)}`,
    hint: ({ known }) =>
      known[0] === undefined ? "add a task `ci` to the config" : `name one: \`devenv ci ${known[0]}\``,
  }),
};
