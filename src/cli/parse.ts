/** The command line, by yargs' own parser: yargs itself costs four times as much to load, and exec is a hot path. */
import { Parser } from "yargs/helpers";
import type { Command, Options } from "./command.ts";
import { unknownOption, usageError } from "./usage.ts";

export const globalOptions = {
  json: { type: "boolean", summary: "print one JSON document on stdout, also for a failure" },
  quiet: { type: "boolean", alias: "q", summary: "print nothing but what was asked for, and errors" },
  verbose: { type: "boolean", summary: "print every step of a build and what it prints" },
  cwd: { type: "string", value: "DIR", summary: "work as if started in this folder" },
  config: { type: "string", value: "FILE", summary: "use this config file" },
  env: { type: "string", value: "ENVIRONMENT", summary: "the environment to work on" },
  help: { type: "boolean", alias: "h", summary: "print help" },
  version: { type: "boolean", summary: "print the version" },
} as const satisfies Options;

export type OptionValues = Readonly<Record<string, boolean | string | number | undefined>>;

export interface CommandLine {
  readonly values: OptionValues;
  /** Positional words, the command's name first; unknown options stand among them. */
  readonly words: readonly string[];
  readonly rest: readonly string[] | undefined;
}

/** Read a command line as far as `options` explain it. */
export function readCommandLine(argv: readonly string[], options: Options): CommandLine {
  const named = Object.entries(options);
  const { argv: parsed } = Parser.detailed([...argv], {
    alias: Object.fromEntries(named.flatMap(([name, { alias }]) => (alias === undefined ? [] : [[name, [alias]]]))),
    boolean: named.filter(([, { type }]) => type === "boolean").map(([name]) => name),
    string: named.filter(([, { type }]) => type !== "boolean").map(([name]) => name),
    configuration: {
      "boolean-negation": false,
      "camel-case-expansion": false,
      "dot-notation": false,
      "duplicate-arguments-array": false,
      "parse-numbers": false,
      "parse-positional-numbers": false,
      "populate--": true,
      "strip-aliased": true,
      "unknown-options-as-args": true,
    },
  });
  return {
    values: Object.fromEntries(named.map(([name]) => [name, parsed[name] as boolean | string | undefined])),
    words: parsed._.map(String),
    rest: parsed["--"]?.map(String),
  };
}

/** Everything that a command understands. */
export function optionsOf(command: Command): Options {
  return { ...globalOptions, ...command.options };
}

/** The arguments of one command; throws USAGE for anything it does not take. `line` was read with all its options. */
export async function readArgs(line: CommandLine, name: string, command: Command): Promise<object> {
  const { values, words, rest } = line;
  const options = optionsOf(command);
  const where = `devenv ${name}`;
  const unknown = words.find((word) => word.length > 1 && word.startsWith("-"));
  if (unknown !== undefined) {
    throw await unknownOption(unknown, { where, options: Object.keys(options), rest: command.rest !== undefined });
  }
  if (rest !== undefined && command.rest === undefined)
    throw usageError(`\`${where}\` takes nothing after \`--\``, `run \`${where} --help\``);
  return { ...readPositionals(words.slice(1), where, command), ...readValues(values, options), rest };
}

function readPositionals(words: readonly string[], where: string, command: Command): object {
  const named = Object.entries(command.positionals);
  const takesMany = named.some(([, { count }]) => count === "many");
  const extra = takesMany ? undefined : words[named.length];
  if (extra !== undefined) {
    const before = [where, ...words.slice(0, named.length)].join(" ");
    const hint = command.rest === undefined ? `run \`${where} --help\`` : `write \`${before} -- ${extra} …\``;
    throw usageError(`\`${where}\` does not take \`${extra}\``, hint);
  }
  return Object.fromEntries(
    named.map(([name, { count }], index) => [name, count === "many" ? words.slice(index) : words[index]]),
  );
}

/** Check the values given and turn numbers into numbers. */
export function readValues(values: OptionValues, options: Options): OptionValues {
  return Object.fromEntries(
    Object.entries(options).map(([name, { type, value }]) => {
      const given = values[name];
      if (type === "boolean") return [name, given === true];
      if (given === "")
        throw usageError(`Option \`--${name}\` needs a value`, `write \`--${name} ${value ?? "VALUE"}\``);
      return [name, type === "number" && given !== undefined ? readNumber(name, String(given)) : given];
    }),
  );
}

function readNumber(name: string, given: string): number {
  if (/^\d+$/.test(given)) return Number(given);
  throw usageError(`Option \`--${name}\` takes a whole number, not \`${given}\``);
}
