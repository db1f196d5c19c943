import { childKey } from "./child-key.ts";
import type { RuleIssue } from "./rule.ts";
import type { EnvironmentSpec } from "./spec.ts";

/** What runs a command needs one, and nothing else has one. */
export function workspaceRules({ key, workspace }: EnvironmentSpec): readonly RuleIssue[] {
  return workspace.watch.flatMap(({ action, command }, index): RuleIssue[] => {
    const at = `${childKey(childKey(key, "workspace"), "watch")}[${index}]`;
    if (action === "run" && command === undefined) return [{ key: at, message: '`action: "run"` needs a `command`' }];
    if (action === "run" || command === undefined) return [];
    return [{ key: `${at}.command`, message: `\`action: "${action}"\` runs no command` }];
  });
}
