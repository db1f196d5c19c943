/** A project whose workspace is synced by the built bundle; its process and all that it makes are gone afterwards. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readMark } from "../../src/host/process-mark.ts";
import { workspaceId } from "../../src/plan/container.ts";
import { removeProject } from "./remove-project.ts";
import type { CliResult } from "./run-cli.ts";
import { runCli } from "./run-cli.ts";
import { type Tree, temporaryFolder } from "./temporary-folder.ts";
import { configText } from "./test-project.ts";

export interface SyncProject extends AsyncDisposable {
  readonly path: string;
  /** The folder that devenv keeps its state below. */
  readonly state: string;
  devenv(args: readonly string[]): Promise<CliResult>;
  /** What `devenv ARGS --json` prints. */
  json(...args: readonly string[]): Promise<unknown>;
  /** What a shell command in the environment prints. */
  inside(script: string): Promise<string>;
  /** Pid of the process that syncs. */
  syncProcess(): number;
}

/** `config` is all of the config below `name`, as source text. */
export function openSyncProject(name: string, config: string, files: Tree = {}): SyncProject {
  const folder = temporaryFolder({ "devenv.config.mjs": configText(name, config), ...files });
  const state = temporaryFolder({});
  const devenv = (args: readonly string[]) =>
    runCli(args, { cwd: folder.path, env: { XDG_STATE_HOME: state.path }, timeoutMs: 600_000 });
  const mark = () => {
    const file = join(state.path, "devenv", "sync", workspaceId(folder.path), "process");
    return readMark(readFileSync(file, "utf8"));
  };
  return {
    path: folder.path,
    state: state.path,
    devenv,
    json: async (...args) => JSON.parse((await devenv([...args, "--json"])).stdout),
    inside: async (script) => {
      const { exitCode, stdout, stderr } = await devenv(["exec", "--", "sh", "-c", script]);
      if (exitCode !== 0) throw new Error(stderr);
      return stdout;
    },
    syncProcess: () => mark()?.pid ?? 0,
    [Symbol.asyncDispose]: async () => {
      await devenv(["down"]);
      endProcess(mark);
      await removeProject(name);
      for (const one of [folder, state]) one[Symbol.dispose]();
    },
  };
}

/** One that `down` did not end. */
function endProcess(mark: () => { readonly pid: number } | undefined): void {
  try {
    process.kill(mark()?.pid ?? 0x7fffffff, "SIGKILL");
  } catch {}
}
