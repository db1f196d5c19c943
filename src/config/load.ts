import { extname, join, relative } from "node:path";
import { devenvError, type SourcePlace } from "../errors.ts";
import { type Self, trusting } from "../host/owner.ts";
import type { ConfigContext } from "./define.ts";
import { discoverConfig } from "./discover.ts";
import { canBeRead, type FoundConfig, LOCAL_NAMES, namedConfig, requireOwnPath } from "./find.ts";
import { parseKeyPath, printKeyPath } from "./key-path.ts";
import { CONFIG_ENDINGS, type ConfigSource, type ReadOptions, readConfigFile } from "./read-file.ts";
import { isValid, type ValidConfig, validateConfig } from "./validate.ts";

export interface LoadOptions {
  /** Where to search from; file names in messages are relative to it. */
  readonly cwd: string;
  /** A config file by name, instead of searching. */
  readonly configFile?: string | undefined;
  /** What a config function is called with. */
  readonly context: ConfigContext;
  /** Who runs it. */
  readonly self: Self;
  /** Called with what a file of the config holds before it counts; throws for what is not to run. */
  readonly requireAgreed?: ((file: string, bytes: Uint8Array) => void) | undefined;
  /** The module that a config gets for `devenv`; the running one by default. */
  readonly devenvUrl?: string | undefined;
}

export interface LoadedConfig extends FoundConfig {
  /** With the overrides of `devenv.local.ts` laid over it. */
  readonly config: ValidConfig;
  /**
   * What to watch: every file the config was read from, node_modules left out, and each place where
   * overrides are looked for, whether there is a file or not.
   */
  readonly files: readonly string[];
  /** Config key of an environment: `environments.dev`, or empty for a single one at the top level. */
  environmentKey(name: string): string;
  /** Where a key stands, be it in the config or in the overrides: `environments.dev.image.layers[1]`. */
  locate(key: string): Promise<SourcePlace>;
}

/**
 * Find, run, read and check the config and the overrides beside it. Throws CONFIG_NOT_FOUND,
 * CONFIG_FOREIGN, CONFIG_UNREADABLE, CONFIG_SYNTAX, CONFIG_IMPORT_FAILED, CONFIG_THREW, CONFIG_EXPORT_MISSING, or
 * CONFIG_INVALID with all that is wrong.
 */
export async function loadConfig(options: LoadOptions): Promise<LoadedConfig> {
  const found = await findConfig(options);
  // whoever names a config believes its owner, and what that one imports
  const self = options.configFile === undefined ? options.self : trusting(options.self, found.file);
  const reading = {
    ...options,
    shown: (file: string): string => relative(options.cwd, file),
    requireOwn: (file: string) => requireOwnPath(self, file, found.file),
  };
  const source = await readConfigFile(found.file, reading);
  const written = await validateConfig(source.value);
  if (!isValid(written)) {
    const { invalidConfig } = await import("./invalid.ts");
    throw await invalidConfig(source, written);
  }
  const localFiles = LOCAL_NAMES.map((name) => join(found.root, name));
  const loaded = await overrideConfig({ source, written, localFiles, reading });
  return {
    ...found,
    config: loaded.config,
    files: [...new Set([...loaded.files, ...localFiles])],
    environmentKey: (name) => (written.isSingle ? "" : printKeyPath(["environments", name])),
    locate: loaded.locate,
  };
}

interface Written {
  readonly source: ConfigSource;
  readonly written: ValidConfig;
  /** Where overrides may be; the first that is there counts. */
  readonly localFiles: readonly string[];
  readonly reading: ReadOptions;
}

async function overrideConfig({
  source,
  written,
  localFiles,
  reading,
}: Written): Promise<Pick<LoadedConfig, "config" | "files" | "locate">> {
  const file = localFiles.find(canBeRead);
  if (file === undefined) {
    const locate = async (key: string) => (await import("./invalid.ts")).placeOf(source, parseKeyPath(key));
    return { config: written, files: source.files, locate };
  }
  const { applyOverrides, originOf, validateOverrides } = await import("./overrides.ts");
  reading.requireOwn(file);
  const local = await readConfigFile(file, reading);
  const overrides = await validateOverrides(local, written);
  return {
    config: applyOverrides(written, overrides),
    files: [...source.files, ...local.files],
    locate: async (key) => {
      const { isOverride, path } = originOf(parseKeyPath(key), written, overrides);
      return (await import("./invalid.ts")).placeOf(isOverride ? local : source, path);
    },
  };
}

async function findConfig({ cwd, configFile, self }: LoadOptions): Promise<FoundConfig> {
  if (configFile === undefined) return discoverConfig({ cwd, self });
  if (!CONFIG_ENDINGS.has(extname(configFile))) {
    const message = `Config file \`${configFile}\` is of a kind that devenv does not read`;
    throw devenvError("USAGE", { message, hint: `name a file that ends in ${[...CONFIG_ENDINGS].join(", ")}` });
  }
  return namedConfig(cwd, configFile);
}
