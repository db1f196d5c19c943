/** Where a storm goes on: a synced workspace, and a user on either side of it. */
import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { connectEngine } from "../../../src/engine/docker/connect.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import { readMark } from "../../../src/host/process-mark.ts";
import { workspaceId } from "../../../src/plan/container.ts";
import { projectLabel } from "../../../src/plan/labels.ts";
import type { RunningEngine } from "../../engines/engines.ts";
import { openCliProject, plainConfig } from "../cli-project.ts";
import { createFolderUser, type FolderUser } from "../folder-user.ts";
import type { CliResult } from "../run-cli.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { testHost } from "../test-host.ts";

export interface Stage extends AsyncDisposable {
  /** Variables that lead to the engine. */
  readonly engineEnv: Readonly<Record<string, string>>;
  /** Kill the engine and all that runs in it, and start it again: one that nobody else uses. */
  readonly reboot?: (() => Promise<void>) | undefined;
  /** All that the project has in the engine carries them. */
  readonly labels: Readonly<Record<string, string>>;
  readonly containers: Engine["containers"];
  /** Absolute path of the project on the host. */
  readonly root: string;
  /** Where the sync keeps what it knows. */
  readonly folder: string;
  devenv(...args: readonly string[]): Promise<CliResult>;
  openHostUser(): FolderUser;
  openInsideUser(): Promise<FolderUser>;
  idOf(which: "environment" | "helper"): Promise<string>;
  syncProcess(): number;
}

const program = readFileSync(new URL("../folder-user.pl", import.meta.url), "utf8");

/**
 * A project of this name, brought up when this resolves; both users work in `storm`. It goes on in the engine that
 * the tests share, unless it has one of its own, and all of it is gone afterwards.
 */
export async function openStage(name: string, own?: RunningEngine): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const state = stack.use(temporaryFolder());
  const project = stack.use(
    openCliProject(name, {
      "devenv.config.mjs": plainConfig(name, `workspace: { mode: "sync", ignore: ["storm/.trash", "gitignore"] },`),
      storm: null,
      tools: null,
    }),
  );
  openRepository(project.path);
  const engineEnv: Record<string, string> = own === undefined ? {} : { DOCKER_HOST: own.address };
  const env = { XDG_STATE_HOME: state.path, ...engineEnv };
  const devenv = (...args: readonly string[]) => project.devenv(args, { env, timeoutMs: 120_000 });
  const { containers } = connectEngine(testHost({ env: { ...process.env, ...engineEnv } }));
  const labels = { [projectLabel]: name };
  const folder = join(state.path, "devenv", "sync", workspaceId(project.path));
  stack.defer(() => endProcess(folder));
  stack.defer(async () => void (await devenv("down", "--volumes")));
  const up = await devenv("up");
  if (up.exitCode !== 0) throw new Error(up.stderr);
  const idOf = async (which: "environment" | "helper") => {
    const found = await containers.list(labels);
    const one = found.find((container) => container.name.endsWith("-sync") === (which === "helper"));
    if (one === undefined) throw new Error(`there is no ${which}`);
    return one.id;
  };
  const owned = stack.move();
  return {
    ...{ engineEnv, labels, containers, root: project.path, folder, devenv, idOf, reboot: own?.reboot },
    openHostUser: () => openHostUser(join(project.path, "storm")),
    openInsideUser: async () => openInsideUser(containers, await idOf("environment")),
    syncProcess: () => markedPid(folder),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The program goes along to the other side, where there is none. */
function openRepository(folder: string): void {
  execFileSync("git", ["init", "--quiet", folder]);
  const program = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
  copyFileSync(program, join(folder, "tools/git"));
}

/** One that `down` did not end. */
function endProcess(folder: string): void {
  try {
    process.kill(markedPid(folder), "SIGKILL");
  } catch {}
}

function openHostUser(folder: string): FolderUser {
  const { stdin, stdout } = spawn("perl", ["-e", program, folder], { stdio: ["pipe", "pipe", "inherit"] });
  return createFolderUser({ name: "host", stdin, stdout });
}

async function openInsideUser(containers: Engine["containers"], id: string): Promise<FolderUser> {
  const command = ["perl", "-e", program, "/workspace/storm"];
  const { stdin, stdout, stderr } = await containers.exec(id, { command, user: "0:0" });
  stderr.pipe(process.stderr, { end: false });
  return createFolderUser({ name: "container", stdin, stdout });
}

function markedPid(folder: string): number {
  const mark = readMark(readFileSync(join(folder, "process"), "utf8"));
  if (mark === undefined) throw new Error("nothing syncs");
  return mark.pid;
}
