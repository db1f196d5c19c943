/** What may stand at the cursor of a command line that is being typed. */
import { resolve } from "node:path";
import type { CliContext, Command, CommandEntry, Options } from "../command.ts";
import { globalOptions, optionsOf, readCommandLine } from "../parse.ts";
import { type Candidates, noCandidates, onlyFiles, startingWith } from "./candidates.ts";
import { candidatesFor } from "./sources.ts";

/** `typed` are the words after `devenv`; the last one, which may be empty, ends at the cursor. */
export async function complete(context: CliContext, typed: readonly string[]): Promise<Candidates> {
  const before = typed.slice(0, -1);
  if (before.includes("--")) return onlyFiles;
  const name = readCommandLine(before, globalOptions).words[0];
  const command = name === undefined ? undefined : (await findCommand(context, name)?.load())?.command;
  if (name !== undefined && command === undefined) return noCandidates;
  return await completeWord(context, { before, current: typed.at(-1) ?? "", command });
}

function findCommand({ commands }: CliContext, name: string): CommandEntry | undefined {
  return commands.find((entry) => entry.name === name || entry.aliases?.includes(name));
}

interface Typed {
  readonly before: readonly string[];
  readonly current: string;
  /** Undefined as long as no command is typed. */
  readonly command: Command | undefined;
}

async function completeWord(context: CliContext, { before, current, command }: Typed): Promise<Candidates> {
  const options: Options = command === undefined ? globalOptions : optionsOf(command);
  const { values, words } = readCommandLine(before, options);
  const there = withOptions(context, values);
  const [, assigned, start = ""] = /^--([\w-]+)=(.*)$/s.exec(current) ?? [];
  if (assigned !== undefined) {
    const found = startingWith(await candidatesFor(options[assigned]?.value, there), start);
    return { ...found, words: found.words.map(({ word, summary }) => ({ word: `--${assigned}=${word}`, summary })) };
  }
  const option = awaitsValue(before.at(-1), options);
  if (option !== undefined) return startingWith(await candidatesFor(option, there), current);
  if (current.startsWith("-")) return startingWith(optionNames(options, command?.rest), current);
  if (command === undefined) return startingWith(commandNames(context), current);
  return startingWith(await positionals(there, command, words.slice(1)), current);
}

/** The words that are typed already say where the project is. */
function withOptions(context: CliContext, { cwd, config, env }: Readonly<Record<string, unknown>>): CliContext {
  const options = {
    ...context.options,
    ...(typeof cwd === "string" ? { cwd: resolve(context.options.cwd, cwd) } : {}),
    ...(typeof config === "string" ? { config } : {}),
    ...(typeof env === "string" ? { env } : {}),
  };
  return { ...context, options };
}

/** How help calls the value that the option before the cursor needs. */
function awaitsValue(word: string | undefined, options: Options): string | undefined {
  const found = Object.entries(options).find(
    ([name, { type, alias }]) => type !== "boolean" && (word === `--${name}` || word === `-${alias}`),
  );
  return found === undefined ? undefined : (found[1].value ?? "");
}

function optionNames(options: Options, rest: string | undefined): Candidates {
  const words = Object.entries(options).map(([name, { summary }]) => ({ word: `--${name}`, summary }));
  return { words: [...(rest === undefined ? [] : [{ word: "--", summary: rest }]), ...words], files: false };
}

function commandNames({ commands }: CliContext): Candidates {
  return { words: commands.map(({ name, summary }) => ({ word: name, summary })), files: false };
}

async function positionals(context: CliContext, command: Command, given: readonly string[]): Promise<Candidates> {
  const specs = Object.values(command.positionals);
  const last = specs.at(-1);
  const spec = specs[given.length] ?? (last?.count === "many" ? last : undefined);
  if (spec === undefined) return noCandidates;
  const { words, files } = await candidatesFor(spec.value, context);
  return { words: words.filter(({ word }) => !given.includes(word)), files };
}
