/** Commands as data: what a command takes is declared, and its handler's arguments are inferred from that. */
import type { Engine } from "../engine/engine.ts";
import type { Host } from "../host/host.ts";
import type { Interrupts, Stdio } from "./stdio.ts";
import type { Style } from "./style.ts";

interface OptionSpec {
  readonly type: "boolean" | "string" | "number";
  /** One letter. */
  readonly alias?: string;
  /** How help calls the value: `DIR`. */
  readonly value?: string;
  readonly summary: string;
}
export type Options = Readonly<Record<string, OptionSpec>>;

interface PositionalSpec {
  readonly count: "optional" | "many";
  /** How help calls it: `ENVIRONMENT`. */
  readonly value: string;
  readonly summary: string;
}
/** In the order of the command line. */
export type Positionals = Readonly<Record<string, PositionalSpec>>;

type OptionValue<Spec extends OptionSpec> = Spec["type"] extends "boolean"
  ? boolean
  : (Spec["type"] extends "number" ? number : string) | undefined;
type PositionalValue<Spec extends PositionalSpec> = Spec["count"] extends "many"
  ? readonly string[]
  : string | undefined;

type Args<P extends Positionals, O extends Options> = {
  readonly [Name in keyof P]: PositionalValue<P[Name]>;
} & { readonly [Name in keyof O]: OptionValue<O[Name]> } & {
  /** Everything after `--`, verbatim; undefined without `--`. */
  readonly rest: readonly string[] | undefined;
};

export interface Command<P extends Positionals = Positionals, O extends Options = Options> {
  readonly positionals: P;
  readonly options: O;
  /** What stands after `--`, as help calls it; without it the command takes no `--`. */
  readonly rest?: string;
  run(context: CliContext, args: Args<P, O>): Promise<Outcome>;
}

/** What a handler gives back; printing it is not its business. */
export interface Outcome {
  /** 0 by default. */
  readonly exitCode?: number;
  /** The document of `--json`. */
  readonly data?: unknown;
  /** What was asked for: goes to stdout without `--json`. */
  readonly text?: string;
  /** Words for the person at the terminal: go to stderr, unless `--json` or `--quiet`. */
  readonly summary?: string;
}

/** The options of every command, resolved. */
export interface GlobalOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Absolute real path. */
  readonly cwd: string;
  /** As given: relative to `cwd`. */
  readonly config: string | undefined;
  readonly env: string | undefined;
}

/** What runs this command. */
export interface Program {
  /** Absolute path of devenv's own. */
  readonly path: string;
  /** Node's version and place. */
  readonly node: string;
  /** Absolute path of the Node that runs it. */
  readonly nodePath: string;
}

export interface CliContext {
  readonly host: Host;
  readonly stdio: Stdio;
  readonly interrupts: Interrupts;
  readonly options: GlobalOptions;
  /** The command table, for what is about commands. */
  readonly commands: readonly CommandEntry[];
  readonly program: Program;
  /** Colours for stdout and for stderr. */
  readonly style: { readonly out: Style; readonly err: Style };
  /** Loads the engine's code; nothing is asked of the engine yet. */
  loadEngine(): Promise<(host: Host) => Engine>;
}

export function defineCommand<const P extends Positionals, const O extends Options>(
  command: Command<P, O>,
): Command<P, O> {
  return command;
}

/** A line of the command table: what help shows without loading the command's code. */
export interface CommandEntry {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
  load(): Promise<{ readonly command: Command }>;
}
