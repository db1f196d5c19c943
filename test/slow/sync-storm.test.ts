/** Users on both sides of a synced workspace, and everything dies now and then: nothing is lost, and both sides end equal. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import type { FolderEntry, FolderUser } from "../support/folder-user.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { type Disturbed, pickDisturbance } from "../support/storm/disturb.ts";
import { openStage, type Stage } from "../support/storm/stage.ts";
import { stormStep } from "../support/storm/step.ts";

const seed = Number(process.env.DEVENV_TEST_SEED ?? Math.floor(Math.random() * 1e6));
const operations = Number(process.env.DEVENV_TEST_OPERATIONS ?? 5_000);
const timeoutMs = 300_000 + operations * 80;

it(
  `loses nothing: DEVENV_TEST_SEED=${seed} DEVENV_TEST_OPERATIONS=${operations}`,
  async () => {
    await using stage = await openStage(`storm-${process.pid}`);
    await storm(stage);
  },
  timeoutMs,
);

async function storm(stage: Stage): Promise<void> {
  const random = seededRandom(seed);
  const live = new Set<string>();
  const history: string[] = [];
  const log = (line: string) => void history.push(line);
  const host = stage.openHostUser();
  let inside = await stage.openInsideUser();
  for (let number = 0; number < operations; number += 1) {
    await stormStep({ user: random() < 0.5 ? host : inside, random, live, number, log });
    if (random() < 0.3) await sleep(random() * 6);
    if (number % checkEvery === checkEvery - 1) await expectEqual(stage, { host, inside, live, history });
    if (random() > 0.004) continue;
    const [kind, { act, isFatalInside }] = pickDisturbance(random);
    log(`--- ${kind}`);
    const users: Disturbed["users"] = [host, inside];
    await act({ ...stage, users, live });
    if (isFatalInside !== true) continue;
    inside.close();
    inside = await stage.openInsideUser();
  }
  await expectEqual(stage, { host, inside, live, history });
  host.close();
  inside.close();
}

/** So that a failure is found soon after it came about. */
const checkEvery = 5_000;

interface Settled {
  readonly host: FolderUser;
  readonly inside: FolderUser;
  readonly live: ReadonlySet<string>;
  readonly history: string[];
}

async function expectEqual({ devenv, folder }: Stage, { host, inside, live, history }: Settled): Promise<void> {
  await sleep(300);
  await devenv("sync", "resume");
  // what comes over may make something to be brought back
  for (let tries = 0; tries < 3; tries += 1) {
    const flush = await devenv("sync", "flush");
    if (flush.exitCode === 0) continue;
    await devenv("sync", "resume", "--restore");
    await sleep(1_000);
  }
  const status = await statusWithoutProblems(devenv);
  const trees = [sorted(await host.tree()), sorted(await inside.tree())] as const;
  const kept = new Set(trees.flat().map(({ content }) => content));
  const lost = [...live].filter((content) => !kept.has(content));
  const told = history.filter((line) => line.startsWith("---") || lost.some((content) => line.includes(content)));
  const log = lost.length === 0 ? "" : `${told.join("\n")}\n${readFileSync(join(folder, "log"), "utf8")}`;
  expect(status.environments, log).toMatchObject([{ state: "idle", conflicts: [], problems: [] }]);
  expect(trees[1]).toEqual(trees[0]);
  expect(lost, log).toEqual([]);
  expect(live.size).toBeGreaterThan(0);
  history.length = 0;
}

/** What a killed process left in a folder stands in the way of its removal for ten seconds, and is tried again. */
async function statusWithoutProblems(devenv: Stage["devenv"]) {
  for (let tries = 0; ; tries += 1) {
    const status = JSON.parse((await devenv("sync", "status", "--json")).stdout);
    if (tries === 60 || status.environments[0].problems.length === 0) return status;
    await sleep(1_000);
    await devenv("sync", "flush");
  }
}

function sorted(entries: readonly FolderEntry[]): readonly FolderEntry[] {
  return entries.toSorted((one, other) => (one.path < other.path ? -1 : 1));
}
