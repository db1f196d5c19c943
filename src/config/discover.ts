import { dirname, extname, resolve } from "node:path";
import { devenvError } from "../errors.ts";
import {
  CONFIG_NAMES,
  type ConfigSearch,
  configIn,
  configOfFolder,
  endAtForeign,
  type FoundConfig,
  foldersUpwards,
  hasDevenvKey,
  requireOwn,
} from "./find.ts";

/** Search for the config from a folder upwards to the root of the file system; throws CONFIG_NOT_FOUND, CONFIG_FOREIGN. */
export async function discoverConfig({ cwd, self }: Omit<ConfigSearch, "configFile">): Promise<FoundConfig> {
  // Mostly the config is right here, and importing cosmiconfig costs as much as checking the whole config.
  const here = configOfFolder(resolve(cwd));
  if (here !== undefined) return requireOwn(self, here);
  endAtForeign(self, { cwd, folder: resolve(cwd) });
  const { cosmiconfig } = await import("cosmiconfig");
  const explorer = cosmiconfig("devenv", {
    searchPlaces: [...CONFIG_NAMES],
    // Folder by folder: cosmiconfig's own way upwards ends in the user's home, at files that belong to no project.
    searchStrategy: "none",
    ignoreEmptySearchPlaces: false,
    cache: false,
    loaders: Object.fromEntries(CONFIG_NAMES.map((name) => [extname(name), keepText])),
  });
  for (const folder of foldersUpwards(dirname(resolve(cwd)))) {
    const found = configOfFolder(folder) === undefined ? null : await explorer.search(folder);
    if (found !== null) return requireOwn(self, configIn(found.filepath));
    endAtForeign(self, { cwd, folder });
  }
  throw devenvError("CONFIG_NOT_FOUND", { cwd });
}

/** cosmiconfig only searches; what is found is loaded by `load.ts`. */
function keepText(file: string, text: string): unknown {
  if (file.endsWith("package.json")) return hasDevenvKey(text) ? { devenv: true } : {};
  return { text };
}
