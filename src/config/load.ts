import { readFileSync } from "node:fs";
import { extname, relative } from "node:path";
import { devenvError, type SourcePlace } from "../errors.ts";
import { reasonOf } from "../host/reason.ts";
import { readDataFile } from "./data-file.ts";
import type { ConfigContext } from "./define.ts";
import { discoverConfig } from "./discover.ts";
import { type FoundConfig, namedConfig } from "./find.ts";
import { parseKeyPath, printKeyPath } from "./key-path.ts";
import { isValid, type ValidConfig, validateConfig } from "./validate.ts";

export interface LoadOptions {
  /** Where to search from; file names in messages are relative to it. */
  readonly cwd: string;
  /** A config file by name, instead of searching. */
  readonly configFile?: string | undefined;
  /** What a config function is called with. */
  readonly context: ConfigContext;
  /** The module that a config gets for `devenv`; the running one by default. */
  readonly devenvUrl?: string | undefined;
}

export interface LoadedConfig extends FoundConfig {
  readonly config: ValidConfig;
  /** Every file the config was read from, node_modules left out: what to watch. */
  readonly files: readonly string[];
  /** Config key of an environment: `environments.dev`, or empty for a single one at the top level. */
  environmentKey(name: string): string;
  /** Where a key stands: `environments.dev.image.layers[1]`. */
  locate(key: string): Promise<SourcePlace>;
}

/**
 * Find, run, read and check the config. Throws CONFIG_NOT_FOUND, CONFIG_UNREADABLE, CONFIG_SYNTAX,
 * CONFIG_IMPORT_FAILED, CONFIG_THREW, CONFIG_EXPORT_MISSING, or CONFIG_INVALID with all that is wrong.
 */
export async function loadConfig(options: LoadOptions): Promise<LoadedConfig> {
  const found = await findConfig(options);
  const shown = (file: string): string => relative(options.cwd, file);
  const text = readText(found.file, shown(found.file));
  const { value, files } = await readValue(found.file, text, { ...options, shown });
  const located = { file: found.file, shown: shown(found.file), text };
  const config = await validateConfig(value);
  if (!isValid(config)) {
    const { invalidConfig } = await import("./invalid.ts");
    throw await invalidConfig(located, config);
  }
  return {
    ...found,
    config,
    files,
    environmentKey: (name) => (config.isSingle ? "" : printKeyPath(["environments", name])),
    locate: async (key) => (await import("./invalid.ts")).placeOf(located, parseKeyPath(key)),
  };
}

async function findConfig({ cwd, configFile }: LoadOptions): Promise<FoundConfig> {
  if (configFile === undefined) return discoverConfig(cwd);
  if (!ENDINGS.has(extname(configFile))) {
    const message = `Config file \`${configFile}\` is of a kind that devenv does not read`;
    throw devenvError("USAGE", { message, hint: `name a file that ends in ${[...ENDINGS].join(", ")}` });
  }
  return namedConfig(cwd, configFile);
}

const SCRIPT_ENDINGS: readonly string[] = [".ts", ".mts", ".js", ".mjs"];
const ENDINGS: ReadonlySet<string> = new Set([...SCRIPT_ENDINGS, ".json", ".yaml", ".yml"]);

function readText(file: string, shown: string): string {
  try {
    return readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    throw devenvError("CONFIG_UNREADABLE", { file: shown, reason: reasonOf(error) }, error);
  }
}

interface ReadOptions extends LoadOptions {
  shown(file: string): string;
}

async function readValue(
  file: string,
  text: string,
  options: ReadOptions,
): Promise<{ value: unknown; files: readonly string[] }> {
  if (!SCRIPT_ENDINGS.includes(extname(file))) {
    return { value: await readDataFile(file, text, options.shown(file)), files: [file] };
  }
  const { runScript } = await import("./script.ts");
  const { shown, context, devenvUrl = runningDevenv(import.meta.url) } = options;
  return runScript({ file, context, devenvUrl, shown });
}

/** The public module beside this one: in the sources, or in the bundle, whose chunks are in a folder of their own. */
function runningDevenv(url: string): string {
  const dist = url.lastIndexOf("/dist/");
  return url.endsWith(".ts") || dist < 0 ? new URL("../index.ts", url).href : `${url.slice(0, dist)}/dist/index.js`;
}
