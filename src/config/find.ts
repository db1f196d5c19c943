import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { devenvError } from "../errors.ts";
import { foreignOwner, ownerName, type Self } from "../host/owner.ts";

export interface FoundConfig {
  /** Absolute path of the config file. */
  readonly file: string;
  /** Real path of the folder it is in: the workspace on the host. */
  readonly root: string;
}

/** What a config may be called, in the order it is looked for in each folder. */
export const CONFIG_NAMES: readonly string[] = [
  "devenv.config.ts",
  "devenv.config.mts",
  "devenv.config.js",
  "devenv.config.mjs",
  "devenv.config.json",
  "devenv.config.yaml",
  "package.json",
];

/** What the overrides of one developer may be called, beside the config; the first one counts. */
export const LOCAL_NAMES: readonly string[] = ["ts", "mts", "js", "mjs", "json", "yaml"].map(
  (ending) => `devenv.local.${ending}`,
);

export interface ConfigSearch {
  /** Where to search from. */
  readonly cwd: string;
  /** A config file by name, instead of searching: whoever names one believes its owner. */
  readonly configFile?: string | undefined;
  /** Who would run it. */
  readonly self: Self;
}

/**
 * The config file of a folder or of the nearest one above it, or the one that is named. Loads neither
 * the file nor any package: for commands that only need to know which project this is. Finds what
 * `loadConfig` loads; throws CONFIG_NOT_FOUND, CONFIG_FOREIGN.
 */
export function findConfigFile({ cwd, configFile, self }: ConfigSearch): FoundConfig {
  if (configFile !== undefined) return namedConfig(cwd, configFile);
  for (const folder of foldersUpwards(cwd)) {
    const found = configOfFolder(folder);
    if (found !== undefined) return requireOwn(self, found);
    endAtForeign(self, { cwd, folder });
  }
  throw devenvError("CONFIG_NOT_FOUND", { cwd });
}

/** Throws CONFIG_FOREIGN for a config that somebody else wrote, or can replace since its folder is theirs. */
export function requireOwn(self: Self, found: FoundConfig): FoundConfig {
  for (const path of [found.file, found.root]) requireOwnPath(self, path, found.file);
  return found;
}

/** The same for one of the files that a config is made of. */
export function requireOwnPath(self: Self, path: string, file: string): void {
  const uid = foreignOwner(self, path);
  if (uid !== undefined) throw devenvError("CONFIG_FOREIGN", { path, owner: ownerName(uid), uid, file });
}

/** As git does, the search goes through no folder of somebody else: who owns it decides what is above. */
export function endAtForeign(self: Self, { cwd, folder }: { readonly cwd: string; readonly folder: string }): void {
  const uid = existsSync(folder) ? foreignOwner(self, folder) : undefined;
  if (uid !== undefined) throw devenvError("CONFIG_NOT_FOUND", { cwd, end: { folder, owner: ownerName(uid) } });
}

/** The config of a folder itself. */
export function configOfFolder(folder: string): FoundConfig | undefined {
  const name = CONFIG_NAMES.find((candidate) => isConfig(join(folder, candidate)));
  return name === undefined ? undefined : configIn(join(folder, name));
}

/** A config file that is named, relative to `cwd`; throws CONFIG_NOT_FOUND. */
export function namedConfig(cwd: string, configFile: string): FoundConfig {
  const file = resolve(cwd, configFile);
  if (!existsSync(file)) throw devenvError("CONFIG_NOT_FOUND", { cwd, file: configFile });
  return configIn(file);
}

export function configIn(file: string): FoundConfig {
  return { file, root: realpathSync(dirname(file)) };
}

/** A folder, then each one above it, up to the root of the file system. */
export function foldersUpwards(cwd: string): readonly string[] {
  const folder = resolve(cwd);
  return dirname(folder) === folder ? [folder] : [folder, ...foldersUpwards(dirname(folder))];
}

/** A FIFO, which an archive or code inside may have brought, would be waited for without end; a device may have none. */
export function canBeRead(file: string): boolean {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats !== undefined && (stats.isFile() || stats.isDirectory());
}

/** Whether the text of a package.json holds a config; one too broken to be read counts when it seems to. */
export function hasDevenvKey(packageJson: string): boolean {
  if (!packageJson.includes('"devenv"')) return false;
  try {
    const value: unknown = JSON.parse(packageJson);
    return typeof value === "object" && value !== null && "devenv" in value;
  } catch {
    return /"devenv"\s*:\s*\{/.test(packageJson);
  }
}

function isConfig(file: string): boolean {
  if (!canBeRead(file)) return false;
  return !file.endsWith("package.json") || hasDevenvKey(readFileSync(file, "utf8"));
}
