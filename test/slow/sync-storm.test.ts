/** Users on both sides of a synced workspace, and everything dies now and then: nothing is lost, and both sides end equal. */
import { execFile, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import { readMark } from "../../src/host/process-mark.ts";
import { projectLabel } from "../../src/plan/labels.ts";
import { ask } from "../../src/sync/process/client.ts";
import { openCliProject, plainConfig } from "../support/cli-project.ts";
import { createFolderUser, type FolderEntry, type FolderUser } from "../support/folder-user.ts";
import type { CliResult } from "../support/run-cli.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { stormStep } from "../support/storm-step.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";

const seed = Number(process.env.DEVENV_TEST_SEED ?? Math.floor(Math.random() * 1e6));
const operations = Number(process.env.DEVENV_TEST_OPERATIONS ?? 5_000);
const program = readFileSync(new URL("../support/folder-user.pl", import.meta.url), "utf8");
const name = `storm-${process.pid}`;
const { containers } = connectEngine(testHost());
const timeoutMs = 120_000 + operations * 60;
/** More events than the kernel keeps for a reader that stands still: 16,384 by default. */
const overflowing = "20000";

it(
  `loses nothing: DEVENV_TEST_SEED=${seed} DEVENV_TEST_OPERATIONS=${operations}`,
  async () => {
    using state = temporaryFolder();
    await using project = openCliProject(name, {
      "devenv.config.mjs": plainConfig(name, `workspace: { mode: "sync", ignore: ["storm/.trash"] },`),
      storm: null,
    });
    const devenv = (...args: readonly string[]) => project.devenv(args, { env: { XDG_STATE_HOME: state.path } });
    try {
      const up = await devenv("up");
      expect(up.exitCode, up.stderr).toBe(0);
      const folder = join(state.path, "devenv", "sync", readdirSync(join(state.path, "devenv", "sync"))[0] ?? "");
      await storm({ root: project.path, folder, devenv });
    } finally {
      await devenv("down", "--volumes");
    }
  },
  timeoutMs,
);

interface Stormy {
  readonly root: string;
  /** Where the sync keeps what it knows. */
  readonly folder: string;
  devenv(...args: readonly string[]): Promise<CliResult>;
}

async function storm(stormy: Stormy): Promise<void> {
  const random = seededRandom(seed);
  const live = new Set<string>();
  const history: string[] = [];
  const log = (line: string) => void history.push(line);
  const host = openHostUser(stormy.root);
  let inside = await openInsideUser();
  for (let number = 0; number < operations; number += 1) {
    await stormStep({ user: random() < 0.5 ? host : inside, random, live, number, log });
    if (random() < 0.3) await sleep(random() * 6);
    if (random() > 0.006) continue;
    const [kind, disturb] = pickDisturbance(random);
    log(`--- ${kind}`);
    await disturb({ ...stormy, users: [host, inside] });
    if (kind !== "restartEnvironment") continue;
    inside.close();
    inside = await openInsideUser();
  }
  await expectEqual(stormy, { host, inside, live, history });
  host.close();
  inside.close();
}

function openHostUser(root: string): FolderUser {
  const { stdin, stdout } = spawn("perl", ["-e", program, join(root, "storm")], { stdio: ["pipe", "pipe", "inherit"] });
  return createFolderUser({ name: "host", stdin, stdout });
}

async function openInsideUser(): Promise<FolderUser> {
  const command = ["perl", "-e", program, "/workspace/storm"];
  const { stdin, stdout, stderr } = await containers.exec(await containerOf("environment"), { command, user: "0:0" });
  stderr.pipe(process.stderr, { end: false });
  return createFolderUser({ name: "container", stdin, stdout });
}

async function containerOf(which: "environment" | "helper"): Promise<string> {
  const all = await containers.list({ [projectLabel]: name });
  const found = all.find((container) => container.name.endsWith("-sync") === (which === "helper"));
  if (found === undefined) throw new Error(`there is no ${which}`);
  return found.id;
}

interface Disturbed extends Stormy {
  readonly users: readonly [host: FolderUser, inside: FolderUser];
}

const disturbances: Readonly<Record<string, (disturbed: Disturbed) => Promise<unknown>>> = {
  async killProcess({ folder, devenv }) {
    process.kill(syncProcess(folder), "SIGKILL");
    await devenv("sync");
  },
  async killAgent() {
    for (const pid of await agentProcesses()) process.kill(pid, "SIGKILL");
  },
  killHelper: async () => containers.stop(await containerOf("helper"), 0),
  async restartEnvironment() {
    const id = await containerOf("environment");
    await containers.stop(id, 0);
    await containers.start(id);
  },
  async pauseAndResume({ folder }) {
    await ask(join(folder, "socket"), { kind: "pause" });
    setTimeout(() => void ask(join(folder, "socket"), { kind: "resume" }), 200);
  },
  flush: ({ devenv }) => devenv("sync", "flush"),
  async overflowOnHost({ folder, users: [host] }) {
    const pid = syncProcess(folder);
    process.kill(pid, "SIGSTOP");
    await burst(host);
    process.kill(pid, "SIGCONT");
  },
  async overflowInside({ devenv, users: [, inside] }) {
    // the engine hangs for good when it freezes a container in which it is starting an agent; a flush waits for that one
    await devenv("sync", "flush");
    const id = await containerOf("helper");
    await containers.pause(id);
    await burst(inside);
    await containers.unpause(id);
  },
};

function pickDisturbance(random: () => number): [string, (disturbed: Disturbed) => Promise<unknown>] {
  const all = Object.entries(disturbances);
  const picked = all[Math.floor(random() * all.length)];
  if (picked === undefined) throw new Error("there is nothing to pick from");
  return picked;
}

function syncProcess(folder: string): number {
  const mark = readMark(readFileSync(join(folder, "process"), "utf8"));
  if (mark === undefined) throw new Error("nothing syncs");
  return mark.pid;
}

/** Pids on this machine. */
async function agentProcesses(): Promise<readonly number[]> {
  const { stdout } = await promisify(execFile)("docker", ["top", await containerOf("helper"), "-eo", "pid,args"]).catch(
    // it does not run at the moment
    () => ({ stdout: "" }),
  );
  return stdout
    .split("\n")
    .filter((line) => line.includes("--serve"))
    .map((line) => Number.parseInt(line, 10));
}

/** Leaves no trace but that nobody is told of what came after it. */
async function burst(user: FolderUser): Promise<void> {
  await user.act("mkdir", "burst");
  for (const file of ["burst/0", "burst/1"]) await user.act("write", file, "of a burst");
  await user.act("burst", "burst", overflowing);
  for (let number = 0; number < 5; number += 1) await user.act("write", `burst/after-${number}`, `${user.name} after`);
}

interface Settled {
  readonly host: FolderUser;
  readonly inside: FolderUser;
  readonly live: ReadonlySet<string>;
  readonly history: readonly string[];
}

async function expectEqual({ devenv, folder }: Stormy, { host, inside, live, history }: Settled): Promise<void> {
  await sleep(300);
  await devenv("sync", "resume");
  // what comes over may make something to be brought back
  for (let tries = 0; tries < 3; tries += 1) {
    const flush = await devenv("sync", "flush");
    if (flush.exitCode === 0) continue;
    await devenv("sync", "resume", "--restore");
    await sleep(1_000);
  }
  const status = JSON.parse((await devenv("sync", "status", "--json")).stdout);
  const trees = [sorted(await host.tree()), sorted(await inside.tree())] as const;
  const kept = new Set(trees.flat().map(({ content }) => content));
  const lost = [...live].filter((content) => !kept.has(content));
  const told = history.filter((line) => line.startsWith("---") || lost.some((content) => line.includes(content)));
  const log = lost.length === 0 ? "" : `${told.join("\n")}\n${readFileSync(join(folder, "log"), "utf8")}`;
  expect(status.environments, log).toMatchObject([{ state: "idle", conflicts: [], problems: [] }]);
  expect(trees[1]).toEqual(trees[0]);
  expect(lost, log).toEqual([]);
  expect(live.size).toBeGreaterThan(0);
}

function sorted(entries: readonly FolderEntry[]): readonly FolderEntry[] {
  return entries.toSorted((one, other) => (one.path < other.path ? -1 : 1));
}
