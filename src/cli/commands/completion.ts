import { posix } from "node:path";
import { type CliContext, defineCommand, type Outcome } from "../command.ts";
import { printCandidates } from "../completion/candidates.ts";
import { complete } from "../completion/complete.ts";
import { findShell, shellNames } from "../completion/shells.ts";
import { usageError } from "../usage.ts";

export const command = defineCommand({
  positionals: {
    shell: { count: "optional", value: "SHELL", summary: `${shellNames.join(", ")}; the one of $SHELL by default` },
  },
  options: {},
  rest: "[-- WORDS…]",
  async run(context, { shell, rest }) {
    // How the scripts ask, at each TAB.
    if (rest !== undefined) return await wordsAt(context, rest);
    const name = shell ?? posix.basename(context.host.env.SHELL ?? "");
    const found = findShell(name);
    if (found === undefined) throw noScript(shell, name);
    const summary = `To have it in every new ${name}, put this line into ${found.file}:\n  ${found.line}\n`;
    return {
      data: { shell: name, file: found.file, line: found.line, script: found.script },
      text: found.script,
      ...(context.stdio.stdout.isTTY === true ? { summary } : {}),
    };
  },
});

/** Whoever is typing must not be told what is wrong: there is nothing to complete then. */
async function wordsAt(context: CliContext, typed: readonly string[]): Promise<Outcome> {
  try {
    const found = await complete(context, typed);
    return { data: found, text: printCandidates(found) };
  } catch {
    return {};
  }
}

function noScript(asked: string | undefined, name: string): Error {
  const message =
    asked === undefined && name === ""
      ? "`devenv completion` needs the name of a shell"
      : `There is no completion for \`${name}\`, only for ${shellNames.map((known) => `\`${known}\``).join(", ")}`;
  const lines = shellNames.map((known) => findShell(known)).map((known) => `\n  ${known?.line}   in ${known?.file}`);
  return usageError(message, `put one of these lines into the file that your shell reads${lines.join("")}`);
}
