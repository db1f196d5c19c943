import { type FoundConfig, findConfigFile } from "../config/find.ts";
import type { CliContext } from "./command.ts";

/** The project that the command line names, by its place alone. */
export function findProject({ host, options }: Pick<CliContext, "host" | "options">): FoundConfig {
  return findConfigFile({ cwd: options.cwd, configFile: options.config, self: host });
}
