/** Help as text; the same with and without a terminal, so that it can be read by people and by tests. */
import type { Command, CommandEntry, Options } from "./command.ts";
import { commands } from "./commands.ts";
import { globalOptions } from "./parse.ts";

export function printHelp(): string {
  return [
    "One development environment, the same on every machine and in CI.",
    "",
    "Usage: devenv COMMAND [OPTIONS]",
    "",
    "Commands:",
    ...columns(commands.map(({ name, aliases = [], summary }) => [[name, ...aliases].join(", "), summary])),
    "",
    "Options of every command:",
    ...columns(optionRows(globalOptions)),
    "",
    "`devenv COMMAND --help` shows what a command takes.",
    "",
  ].join("\n");
}

export function printCommandHelp({ name, summary }: CommandEntry, command: Command): string {
  const positionals = Object.values(command.positionals);
  const words = positionals.map(({ value, count }) => (count === "many" ? `[${value}…]` : `[${value}]`));
  const rest = command.rest === undefined ? [] : [command.rest];
  return [
    `devenv ${name}: ${summary}`,
    "",
    `Usage: ${["devenv", name, ...words, "[OPTIONS]", ...rest].join(" ")}`,
    ...section("Arguments:", columns(positionals.map(({ value, summary: text }) => [value, text]))),
    ...section("Options:", columns(optionRows(command.options))),
    ...section("Options of every command:", columns(optionRows(globalOptions))),
    "",
  ].join("\n");
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", title, ...lines];
}

function optionRows(options: Options): readonly (readonly [string, string])[] {
  return Object.entries(options).map(([name, { alias, value, summary }]) => {
    const written = `--${name}${value === undefined ? "" : ` ${value}`}`;
    return [alias === undefined ? written : `${written}, -${alias}`, summary];
  });
}

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
