/** Where a storm goes on: a synced workspace in an engine of its own, and a user on either side of it. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { connectEngine } from "../../../src/engine/docker/connect.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import { nodeHost } from "../../../src/host/node.ts";
import { readMark } from "../../../src/host/process-mark.ts";
import { projectLabel } from "../../../src/plan/labels.ts";
import { engineKinds, type RunningEngine, startEngine } from "../../engines/engines.ts";
import { openCliProject, plainConfig } from "../cli-project.ts";
import { copyImage } from "../copy-image.ts";
import { createFolderUser, type FolderUser } from "../folder-user.ts";
import type { CliResult } from "../run-cli.ts";
import { baseImage } from "../sandbox.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { testHost } from "../test-host.ts";

export interface Stage extends AsyncDisposable {
  readonly running: RunningEngine;
  readonly containers: Engine["containers"];
  /** Where the sync keeps what it knows. */
  readonly folder: string;
  devenv(...args: readonly string[]): Promise<CliResult>;
  openHostUser(): FolderUser;
  openInsideUser(): Promise<FolderUser>;
  idOf(which: "environment" | "helper"): Promise<string>;
  syncProcess(): number;
}

const program = readFileSync(new URL("../folder-user.pl", import.meta.url), "utf8");

/** Both users work in `storm`, which is brought up when this resolves. */
export async function openStage(name: string): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const state = stack.use(temporaryFolder());
  const project = stack.use(
    openCliProject(name, {
      "devenv.config.mjs": plainConfig(name, `workspace: { mode: "sync", ignore: ["storm/.trash"] },`),
      storm: null,
    }),
  );
  const running = stack.use(await startOwnEngine());
  const env = { XDG_STATE_HOME: state.path, DOCKER_HOST: running.address };
  const devenv = (...args: readonly string[]) => project.devenv(args, { env, timeoutMs: 120_000 });
  const { containers } = connectEngine(testHost({ env: { ...process.env, DOCKER_HOST: running.address } }));
  stack.defer(async () => void (await devenv("down", "--volumes")));
  const up = await devenv("up");
  if (up.exitCode !== 0) throw new Error(up.stderr);
  const all = join(state.path, "devenv", "sync");
  const folder = join(all, readdirSync(all)[0] ?? "");
  const idOf = async (which: "environment" | "helper") => {
    const found = await containers.list({ [projectLabel]: name });
    const one = found.find((container) => container.name.endsWith("-sync") === (which === "helper"));
    if (one === undefined) throw new Error(`there is no ${which}`);
    return one.id;
  };
  const owned = stack.move();
  return {
    ...{ running, containers, folder, devenv, idOf },
    openHostUser: () => openHostUser(join(project.path, "storm")),
    openInsideUser: async () => openInsideUser(containers, await idOf("environment")),
    syncProcess: () => markedPid(folder),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function startOwnEngine(): Promise<RunningEngine> {
  const host = nodeHost();
  const [kind] = engineKinds;
  if (kind === undefined) throw new Error("there is no engine");
  const running = await startEngine(kind, { host, outer: connectEngine(host), folders: [host.cacheDir] });
  await copyImage(baseImage, running.address);
  return running;
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
