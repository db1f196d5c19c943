/** A command line → an exit code. */
import { realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Engine } from "../engine/engine.ts";
import type { Host } from "../host/host.ts";
import type { CliContext, CommandEntry, GlobalOptions, Program } from "./command.ts";
import { commandNames, commands, findCommand } from "./commands.ts";
import { type CommandLine, globalOptions, optionsOf, readArgs, readCommandLine, readValues } from "./parse.ts";
import { renderOutcome } from "./render.ts";
import { reportError } from "./report-error.ts";
import type { Interrupts, Stdio } from "./stdio.ts";
import { styleFor } from "./style.ts";
import { unknownCommand, unknownOption, usageError } from "./usage.ts";

/** Everything real that the command line works on. */
export interface Machine {
  readonly host: Host;
  readonly stdio: Stdio;
  readonly interrupts: Interrupts;
  readonly cwd: string;
  readonly program: Program;
  readVersion(): string;
  loadEngine(): Promise<(host: Host) => Engine>;
}

/** Run one command line; never throws. */
export async function runCommandLine(argv: readonly string[], machine: Machine): Promise<number> {
  const line = readCommandLine(argv, globalOptions);
  try {
    return await dispatch(argv, line, machine);
  } catch (error) {
    return reportFailure(error, argv, machine);
  }
}

/** Tell why a command line failed, also where the error came past it; returns the exit code. */
export function reportFailure(
  error: unknown,
  argv: readonly string[],
  { stdio, host, interrupts }: Pick<Machine, "stdio" | "host" | "interrupts">,
): number {
  const { values } = readCommandLine(argv, globalOptions);
  return reportError(error, {
    json: values.json === true,
    verbose: values.verbose === true,
    stdio,
    style: styleFor(stdio.stderr, host.env),
    interruptedBy: interrupts.received(),
  });
}

async function dispatch(argv: readonly string[], line: CommandLine, machine: Machine): Promise<number> {
  const { stdout } = machine.stdio;
  const [name] = line.words;
  if (line.values.version === true) return write(stdout, `${machine.readVersion()}\n`);
  if (name === undefined) return write(stdout, (await import("./help.ts")).printHelp());
  if (name.startsWith("-")) {
    throw await unknownOption(name, { where: "devenv", options: Object.keys(globalOptions), rest: false });
  }
  const entry = findCommand(name);
  if (entry === undefined) throw await unknownCommand(name, commandNames());
  return await runCommand(argv, entry, machine);
}

async function runCommand(argv: readonly string[], entry: CommandEntry, machine: Machine): Promise<number> {
  const { command } = await entry.load();
  const line = readCommandLine(argv, optionsOf(command));
  if (line.values.help === true) {
    const { printCommandHelp } = await import("./help.ts");
    return write(machine.stdio.stdout, printCommandHelp(entry, command));
  }
  const args = await readArgs(line, entry.name, command);
  const context = openContext(resolveGlobals(line.values, machine.cwd), machine);
  const outcome = await command.run(context, args as Parameters<typeof command.run>[1]);
  renderOutcome(outcome, context);
  return outcome.exitCode ?? 0;
}

function resolveGlobals(values: CommandLine["values"], cwd: string): GlobalOptions {
  const given = readValues(values, globalOptions);
  const folder = resolve(cwd, String(given.cwd ?? "."));
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw usageError(`There is no folder \`${folder}\``, "give `--cwd` a folder that exists");
  }
  return {
    json: given.json === true,
    quiet: given.quiet === true,
    verbose: given.verbose === true,
    cwd: realpathSync(folder),
    config: given.config === undefined ? undefined : String(given.config),
    env: given.env === undefined ? undefined : String(given.env),
  };
}

function openContext(options: GlobalOptions, { host, stdio, interrupts, program, loadEngine }: Machine): CliContext {
  return {
    host,
    stdio,
    interrupts,
    options,
    commands,
    style: { out: styleFor(stdio.stdout, host.env), err: styleFor(stdio.stderr, host.env) },
    program,
    loadEngine,
  };
}

function write(stream: NodeJS.WritableStream, text: string): number {
  stream.write(text);
  return 0;
}
