import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { devenvError, isDevenvError } from "../errors.ts";
import { reasonOf } from "../host/reason.ts";
import { readDataFile } from "./data-file.ts";
import type { ConfigContext } from "./define.ts";
import type { ConfigText } from "./invalid.ts";

export interface ReadOptions {
  /** What a config function is called with. */
  readonly context: ConfigContext;
  /** The module that a config gets for `devenv`; the running one by default. */
  readonly devenvUrl?: string | undefined;
  /** How a file is named in a message. */
  shown(file: string): string;
  /** Throws CONFIG_FOREIGN for a file that somebody else can write. */
  requireOwn(file: string): void;
  /** Throws CONFIG_FROM_INSIDE for what a file holds. */
  requireAgreed?: ((file: string, bytes: Uint8Array) => void) | undefined;
}

/** A file as it was read, and what it gave, unchecked. */
export interface ConfigSource extends ConfigText {
  readonly value: unknown;
  /** Every file it was read from, node_modules left out, the file itself first. */
  readonly files: readonly string[];
}

const SCRIPT_ENDINGS: readonly string[] = [".ts", ".mts", ".js", ".mjs"];
export const CONFIG_ENDINGS: ReadonlySet<string> = new Set([...SCRIPT_ENDINGS, ".json", ".yaml", ".yml"]);

/** Read a config file of any kind, or run it; throws CONFIG_… for what keeps it from giving a value. */
export async function readConfigFile(file: string, options: ReadOptions): Promise<ConfigSource> {
  const shown = options.shown(file);
  const text = readText(file, options);
  if (!SCRIPT_ENDINGS.includes(extname(file))) {
    return { file, shown, text, value: await readDataFile(file, text, shown), files: [file] };
  }
  const { runScript } = await import("./script.ts");
  const { devenvUrl = runningDevenv(import.meta.url) } = options;
  return { file, shown, text, ...(await runScript({ ...options, file, devenvUrl })) };
}

function readText(file: string, { shown, requireAgreed }: ReadOptions): string {
  try {
    const bytes = readFileSync(file);
    requireAgreed?.(file, bytes);
    return bytes.toString("utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    if (isDevenvError(error)) throw error;
    throw devenvError("CONFIG_UNREADABLE", { file: shown(file), reason: reasonOf(error) }, error);
  }
}

/** The public module beside this one: in the sources, or in the bundle, whose chunks are in a folder of their own. */
function runningDevenv(url: string): string {
  const dist = url.lastIndexOf("/dist/");
  return url.endsWith(".ts") || dist < 0 ? new URL("../index.ts", url).href : `${url.slice(0, dist)}/dist/index.js`;
}
