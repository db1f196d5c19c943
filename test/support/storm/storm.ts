/** Users on both sides of a synced workspace, and everything dies now and then: nothing is lost, and both sides end equal. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { FolderUser } from "../folder-user.ts";
import { seededRandom } from "../seeded-random.ts";
import type { NamedDisturbance } from "./disturb.ts";
import { expectEqual } from "./expect-equal.ts";
import type { Stage } from "./stage.ts";
import { stormStep } from "./step.ts";

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
  const history: string[] = [];
  const log = (line: string) => void history.push(`${new Date().toISOString()} ${line}`);
  const host = stage.openHostUser();
  let inside = await stage.openInsideUser();
  const users = (): readonly [FolderUser, FolderUser] => [host, inside];
  using stack = new DisposableStack();
  stack.defer(() => {
    for (const user of users()) user.close();
  });
  for (let number = 0; number < operations; number += 1) {
    await within(stage, history, stormStep({ user: random() < 0.5 ? host : inside, random, live, seen, number, log }));
    if (random() < 0.3) await sleep(random() * 6);
    if (number % checkEvery === checkEvery - 1) await expectEqual(stage, { users: users(), live, history });
    const [kind, disturbance] = disturbanceAfter(number) ?? [];
    if (disturbance === undefined) continue;
    log(`--- ${kind}`);
    await within(stage, history, disturbance.act({ ...stage, users: users(), live }));
    if (disturbance.isFatalInside !== true) continue;
    inside.close();
    inside = await within(stage, history, stage.openInsideUser());
  }
  await expectEqual(stage, { users: users(), live, history });
}

/** No operation and no disturbance takes so long. */
const longestMs = 120_000;

/** What hangs says after what it did, and what there was to see. */
async function within<Result>(stage: Stage, history: readonly string[], doing: Promise<Result>): Promise<Result> {
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
