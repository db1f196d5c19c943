import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { ContainerInfo } from "../../src/engine/containers.ts";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { projectLabel } from "../../src/plan/labels.ts";
import { removeProject } from "./remove-project.ts";
import { type CliResult, type RunCliOptions, runCli } from "./run-cli.ts";
import { type Tree, temporaryFolder } from "./temporary-folder.ts";
import { testHost } from "./test-host.ts";

/** A project on the real engine; its containers, volumes and images are gone afterwards. */
export interface TestProject extends AsyncDisposable {
  readonly path: string;
  readonly engine: Engine;
  write(tree: Tree): void;
  /** Run the built `devenv` in its folder. */
  devenv(args: readonly string[], options?: RunCliOptions): Promise<CliResult>;
  /** `up --json` that must end well: its only environment. */
  up(
    options?: RunCliOptions,
  ): Promise<{ readonly action: string; readonly container: string; readonly reasons: string[] }>;
  /** Its only environment, as `status --json` tells it. */
  status(): Promise<{ readonly state: string; readonly stale: readonly string[] }>;
  containers(): Promise<readonly ContainerInfo[]>;
}

/** `config` is all of the config below `name`, as source text. */
export function openTestProject(name: string, config: string, files: Tree = {}): TestProject {
  const folder = temporaryFolder({ "devenv.config.mjs": configText(name, config), ...files });
  const engine = connectEngine(testHost());
  const devenv = (args: readonly string[], options: RunCliOptions = {}) =>
    runCli(args, { cwd: folder.path, ...options });
  return {
    path: folder.path,
    engine,
    write: folder.write,
    devenv,
    up: async (options) => {
      const { exitCode, stdout, stderr } = await devenv(["up", "--json"], options);
      if (exitCode !== 0) throw new Error(`up failed: ${stdout}${stderr}`);
      return JSON.parse(stdout).environments[0];
    },
    status: async () => JSON.parse((await devenv(["status", "--json"])).stdout).environments[0],
    containers: () => engine.containers.list({ [projectLabel]: name }),
    [Symbol.asyncDispose]: async () => {
      await removeProject(name);
      folder[Symbol.dispose]();
    },
  };
}

/** A config module; everything that a layer is made with may be used in it. */
export function configText(name: string, config: string): string {
  return `import { copy, defineConfig, dockerfile, env, node, run } from "devenv";\nexport default defineConfig({\n  name: "${name}",\n${config}});\n`;
}

/** What the engine's own client prints, as somebody looks at devenv's objects from outside. */
export async function docker(...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)("docker", args, { maxBuffer: 1 << 30 })).stdout;
}
