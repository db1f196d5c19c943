/**
 * Users on both sides of a synced workspace of whom each has names of its own, and everything dies now and then: what a side did is
 * what both hold in the end, and there is no conflict, since nobody caused one.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { FolderEntry, FolderUser } from "../folder-user.ts";
import { seededRandom } from "../seeded-random.ts";
import { isOurs, settle } from "./expect-equal.ts";
import type { Stage } from "./stage.ts";
import { stormStep } from "./step.ts";
import { type StormOptions, within } from "./storm.ts";

const checkEvery = 2_500;

export async function runHalves(stage: Stage, { seed, operations, plan }: StormOptions): Promise<void> {
  const random = seededRandom(seed);
  const disturbanceAfter = plan(random);
  const history: string[] = [];
  const log = (line: string) => void history.push(`${new Date().toISOString()} ${line}`);
  const host = stage.openHostUser();
  let inside = await stage.openInsideUser();
  using stack = new DisposableStack();
  stack.defer(() => {
    for (const user of [host, inside]) user.close();
  });
  const halves = async () => [await halfOf(host), await halfOf(inside)] as const;
  const known = { live: new Set<string>(), seen: new Set<string>(), held: new Set<string>() };
  let users = await halves();
  for (let number = 0; number < operations; number += 1) {
    const user = users[random() < 0.5 ? 0 : 1];
    await within(stage, history, stormStep({ user, random, ...known, number, isPlain: true, log }));
    if (random() < 0.3) await sleep(random() * 6);
    if (number % checkEvery === checkEvery - 1) await expectOwn(stage, { whole: [host, inside], users, history });
    const [kind, disturbance] = disturbanceAfter(number) ?? [];
    if (disturbance === undefined) continue;
    log(`--- ${kind}`);
    await within(stage, history, disturbance.act({ ...stage, users, live: known.live }));
    if (disturbance.isFatalInside !== true) continue;
    inside.close();
    inside = await within(stage, history, stage.openInsideUser());
    users = await halves();
  }
  await expectOwn(stage, { whole: [host, inside], users, history });
}

/** Somebody who knows nothing but a folder of this name. */
async function halfOf(user: FolderUser): Promise<FolderUser> {
  const { name } = user;
  await user.act("mkdir", name);
  const below = (path: string) => `${name}/${path}`;
  return {
    ...user,
    act: (operation, first = "", ...rest) =>
      user.act(operation, below(first), ...(operation === "move" ? rest.map(below) : rest)),
    tree: async () => ownOf(await user.tree(), name),
  };
}

function ownOf(entries: readonly FolderEntry[], name: string): readonly FolderEntry[] {
  const top = `${name}/`;
  const own = entries.filter(({ path }) => path.startsWith(top));
  return own.map((entry) => ({ ...entry, path: entry.path.slice(top.length) }));
}

interface Checked {
  readonly whole: readonly [host: FolderUser, inside: FolderUser];
  readonly users: readonly [host: FolderUser, inside: FolderUser];
  /** Forgotten afterwards. */
  readonly history: string[];
}

async function expectOwn(stage: Stage, { whole, users, history }: Checked): Promise<void> {
  const wanted = [sorted(await users[0].tree()), sorted(await users[1].tree())];
  await settle(stage);
  const trees = [sorted(await whole[0].tree()), sorted(await whole[1].tree())] as const;
  const log = [...history.slice(-3_000), readFileSync(join(stage.folder, "log"), "utf8")].join("\n");
  for (const tree of trees) {
    expect([ownOf(tree, "host"), ownOf(tree, "container")], log).toEqual(wanted);
    const copies = tree.map(({ path }) => path).filter((path) => /\.conflict-(host|container)-/.test(path));
    expect(copies, log).toEqual([]);
  }
  for (const user of whole) expect(((await user.act("above")) ?? []).filter(isOurs), log).toEqual([]);
  history.length = 0;
}

function sorted(entries: readonly FolderEntry[]): readonly FolderEntry[] {
  return entries.toSorted((one, other) => (one.path < other.path ? -1 : 1));
}
