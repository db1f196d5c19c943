import { existsSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { loadConfig } from "../config/load.ts";
import type { ValidConfig } from "../config/validate.ts";
import { type ConfigProblem, devenvError, type SourcePlace } from "../errors.ts";
import type { Host } from "../host/host.ts";
import { inCi } from "../host/in-ci.ts";
import { resolveSpec } from "../spec/resolve.ts";
import { checkRules } from "../spec/rules.ts";
import type { Spec } from "../spec/spec.ts";

/** A project that was found and whose config holds. */
export interface Project {
  readonly spec: Spec;
  /** As the user wrote it, checked, with the overrides of `devenv.local.ts`. */
  readonly config: ValidConfig;
  readonly configFile: string;
  /** What to watch: the config file, what it was made of, and each place where overrides may appear. */
  readonly files: readonly string[];
  /** Every file that the environments read their variables from. */
  readonly envFiles: readonly string[];
  /** Where a config key stands in those files. */
  locate(key: string): Promise<SourcePlace | undefined>;
}

export interface OpenProjectOptions {
  readonly host: Host;
  readonly cwd: string;
  /** Undefined: searched from `cwd` upwards. */
  readonly configFile?: string | undefined;
  /** Called with what a file of the config holds before it runs; throws for what is not to run. */
  readonly requireAgreed?: ((file: string, bytes: Uint8Array) => void) | undefined;
}

/** Find, load, check and resolve a config; throws what is wrong with it as one CONFIG_… error. */
export async function openProject(options: OpenProjectOptions): Promise<Project> {
  const { host, cwd, configFile, requireAgreed } = options;
  const context = { ci: inCi(host.env), env: host.env };
  const { config, file, root, files, environmentKey, locate } = await loadConfig({
    cwd,
    configFile,
    context,
    self: host,
    requireAgreed,
  });
  const spec = {
    ...resolveSpec(config, { root, home: host.home, environmentKey }),
    configFiles: files
      .filter((path) => existsSync(path))
      .flatMap((path) => pathBelow(root, path))
      .sort(),
  };
  const problems = await Promise.all(
    checkRules(spec).map(
      async ({ key, message }): Promise<ConfigProblem> => ({ key, message, place: await locate(key) }),
    ),
  );
  if (problems.length > 0) throw devenvError("CONFIG_INVALID", { file: relative(cwd, file), problems });
  const envFiles = spec.environments.flatMap((environment) => environment.envFiles.map((name) => resolve(root, name)));
  return { spec, config, configFile: file, files, envFiles: [...new Set(envFiles)], locate };
}

/** None for a file that is not in the workspace. */
function pathBelow(root: string, path: string): readonly string[] {
  const way = relative(root, path);
  return way.startsWith("..") || isAbsolute(way) ? [] : [way.split(sep).join("/")];
}
