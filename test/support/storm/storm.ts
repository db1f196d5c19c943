/** Users on both sides of a synced workspace, and everything dies now and then: nothing is lost, and both sides end equal. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { FolderUser } from "../folder-user.ts";
import { seededRandom } from "../seeded-random.ts";
import type { Touched } from "./causes.ts";
import type { NamedDisturbance } from "./disturb.ts";
import { expectEqual } from "./expect-equal.ts";
import type { Stage } from "./stage.ts";
import { forgetHeld, releaseAll, stormStep } from "./step.ts";

export interface StormOptions {
  readonly seed: number;
  readonly operations: number;
  /** Before it begins: what gives what happens after the operation of a number, if anything does. */
  plan(random: () => number): (number: number) => NamedDisturbance | undefined;
}

/** So that a failure is found soon after it came about. */
const checkEvery = 5_000;

export async function runStorm(stage: Stage, { seed, operations, plan }: StormOptions): Promise<void> {
  const random = seededRandom(seed);
  const disturbanceAfter = plan(random);
  const live = new Set<string>();
  const seen = new Set<string>();
  const held = new Set<string>();
  const history: string[] = [];
  const touched: Touched = new Map();
  const log = (line: string) => void history.push(`${new Date().toISOString()} ${line}`);
  const host = stage.openHostUser();
  let inside = await stage.openInsideUser();
  const users = (): readonly [FolderUser, FolderUser] => [host, inside];
  using stack = new DisposableStack();
  stack.defer(() => {
    for (const user of users()) user.close();
  });
  const calm = async (number: number) => {
    await releaseAll(users(), { live, seen, number, held, log });
    await dropRules(stage, users(), live);
    log("--- calm");
  };
  for (let number = 0; number < operations; number += 1) {
    await within(
      stage,
      history,
      stormStep({ user: random() < 0.5 ? host : inside, random, live, seen, number, held, log }),
    );
    if (random() < 0.3) await sleep(random() * 6);
    if (number % checkEvery === checkEvery - 1) {
      await calm(number);
      await expectEqual(stage, { users: users(), live, history, touched });
    }
    const [kind, disturbance] = disturbanceAfter(number) ?? [];
    if (disturbance === undefined) continue;
    log(`--- ${kind}`);
    await within(stage, history, disturbance.act({ ...stage, users: users(), live }));
    if (disturbance.isFatalInside !== true) continue;
    inside.close();
    forgetHeld(held, inside);
    inside = await within(stage, history, stage.openInsideUser());
  }
  await calm(operations);
  await expectEqual(stage, { users: users(), live, history, touched });
  expectWholeRepository(stage.root);
}

const mostLooks = 50;

/** What is ignored on one side need not be on the other: all of it counts before they are compared. */
async function dropRules({ devenv }: Stage, users: readonly FolderUser[], live: Set<string>): Promise<void> {
  for (let looks = 0, inARow = 0; inARow < 2 && looks < mostLooks; looks += 1) {
    const dropped = [await dropRulesOf(users[0], live), await dropRulesOf(users[1], live)];
    inARow = dropped.includes(true) ? 0 : inARow + 1;
    await devenv("sync", "resume");
    const { exitCode } = await devenv("sync", "flush");
    if (exitCode !== 0) await devenv("sync", "resume", "--restore");
  }
}

/** Whether there were any. */
async function dropRulesOf(user: FolderUser | undefined, live: Set<string>): Promise<boolean> {
  const paths = (await user?.tree())?.map(({ path }) => path).filter((path) => /(^|\/)\.gitignore$/.test(path)) ?? [];
  for (const path of paths) for (const content of (await user?.act("discard", path)) ?? []) live.delete(content);
  return paths.length > 0;
}

/** Whichever of two commits came later: all that is in it is there. */
function expectWholeRepository(root: string): void {
  const words = ["-c", "safe.directory=*", "fsck", "--full", "--no-dangling", "--no-reflogs"];
  const { status, stdout, stderr } = spawnSync("git", words, { cwd: root, encoding: "utf8" });
  expect({ status, stdout, stderr }).toMatchObject({ status: 0 });
}

/** No operation and no disturbance takes so long. */
const longestMs = 120_000;

/** What hangs says after what it did, and what there was to see. */
export async function within<Result>(
  stage: Stage,
  history: readonly string[],
  doing: Promise<Result>,
): Promise<Result> {
  const deadline = new AbortController();
  const hanging = sleep(longestMs, undefined, { signal: deadline.signal }).then(async () => {
    const containers = (await stage.containers.list(stage.labels)).map(({ name, state }) => `${name}: ${state}`);
    const log = readFileSync(join(stage.folder, "log"), "utf8").split("\n").slice(-40);
    throw new Error(["the storm hangs after", ...history.slice(-20), ...containers, ...log].join("\n"));
  });
  try {
    return await Promise.race([doing, hanging]);
  } finally {
    deadline.abort();
    hanging.catch(() => {});
  }
}
