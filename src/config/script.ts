import { realpathSync } from "node:fs";
import { type DevenvError, devenvError, isDevenvError } from "../errors.ts";
import type { ConfigContext } from "./define.ts";
import { openScriptLoader, type ScriptLoader } from "./script-loader.ts";
import { withOutputAside } from "./script-output.ts";

export interface RunScriptOptions {
  readonly file: string;
  readonly context: ConfigContext;
  readonly devenvUrl: string;
  /** How a file is named in a message. */
  shown(file: string): string;
  /** Throws for a file that is not to be run. */
  requireOwn(file: string): void;
  /** Throws for what is not to be run of a file that may. */
  requireAgreed?: ((file: string, bytes: Uint8Array) => void) | undefined;
}

/** What a config script exports, called when it is a function; and every file it was read from. */
export function runScript(options: RunScriptOptions): Promise<{ value: unknown; files: readonly string[] }> {
  return withOutputAside(() => run(options));
}

async function run(options: RunScriptOptions): Promise<{ value: unknown; files: readonly string[] }> {
  const loader = openScriptLoader(realpathSync(options.file), options);
  try {
    const exported = await loader.load().catch((error: unknown) => fail(options, loader, error));
    const value = defaultOf(exported);
    if (value === undefined) throw devenvError("CONFIG_EXPORT_MISSING", { file: options.shown(options.file) });
    return {
      value: await evaluate(value, options.context).catch((error: unknown) => fail(options, loader, error)),
      files: [...loader.files],
    };
  } finally {
    loader.close();
  }
}

/** The default export; also of CommonJS that was compiled from ESM. */
function defaultOf(exported: Readonly<Record<string, unknown>>): unknown {
  const value = exported.default;
  const isCompiled = typeof value === "object" && value !== null && "__esModule" in value && "default" in value;
  return isCompiled ? value.default : value;
}

async function evaluate(value: unknown, context: ConfigContext): Promise<unknown> {
  return typeof value === "function" ? (value as (context: ConfigContext) => unknown)(context) : value;
}

async function fail(options: RunScriptOptions, loader: ScriptLoader, error: unknown): Promise<never> {
  if (isDevenvError(error, "CONFIG_FOREIGN") || isDevenvError(error, "CONFIG_FROM_INSIDE")) throw error;
  const { scriptError } = await import("./script-errors.ts");
  const failure: DevenvError = await scriptError({ ...options, loader, error });
  throw failure;
}
