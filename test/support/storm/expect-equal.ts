/** What must hold after a storm, once it is quiet. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { FolderEntry, FolderUser } from "../folder-user.ts";
import { noteTouched, type Touched, uncausedIn } from "./causes.ts";
import type { Stage } from "./stage.ts";

export interface Settled {
  readonly users: readonly [host: FolderUser, inside: FolderUser];
  readonly live: ReadonlySet<string>;
  /** Forgotten afterwards, but for what it tells of who touched what. */
  readonly history: string[];
  readonly touched: Touched;
}

export async function expectEqual(
  stage: Stage,
  { users: [host, inside], live, history, touched }: Settled,
): Promise<void> {
  await settle(stage);
  const status = await statusWithoutProblems(stage);
  const trees = [sorted(await host.tree()), sorted(await inside.tree())] as const;
  const kept = new Set(trees.flat().map(({ content }) => content));
  const lost = [...live].filter((content) => !kept.has(content));
  const writes = lost.flatMap((content) => content.match(/<\w+ \d+>/g) ?? [content]);
  const about = [...writes, ...differing(...trees)].map(quote);
  const told = history.filter((line) => line.includes(" --- ") || about.some((text) => line.includes(text)));
  const log = [...told, `status: ${status}`, readFileSync(join(stage.folder, "log"), "utf8")].join("\n");
  expect(JSON.parse(status).environments, log).toMatchObject([{ state: "idle", conflicts: [], problems: [] }]);
  expect(trees[1], log).toEqual(trees[0]);
  expect(lost, log).toEqual([]);
  for (const user of [host, inside]) expect(((await user.act("above")) ?? []).filter(isOurs), log).toEqual([]);
  expect(live.size).toBeGreaterThan(0);
  noteTouched(touched, history);
  expect(uncausedIn(readFileSync(join(stage.folder, "log"), "utf8"), touched), log).toEqual([]);
  history.length = 0;
}

const mostTries = 30;

/** What comes over may make something to be brought back; a side that the users emptied is an open question. */
export async function settle({ devenv }: Stage): Promise<void> {
  await devenv("sync", "resume");
  let inARow = 0;
  for (let tries = 0; inARow < 2 && tries < mostTries; tries += 1) {
    const { exitCode } = await devenv("sync", "flush");
    inARow = exitCode === 0 ? inARow + 1 : 0;
    if (exitCode !== 0) await devenv("sync", "resume", "--restore");
  }
}

const mostLooks = 120;

/** As it is printed. What a killed process left in a folder stands in the way of its removal for ten seconds, and is tried again. */
async function statusWithoutProblems({ devenv }: Stage): Promise<string> {
  for (let looks = 0; ; looks += 1) {
    const { stdout } = await devenv("sync", "status", "--json");
    if (looks === mostLooks || JSON.parse(stdout).environments[0].problems.length === 0) return stdout;
    await sleep(500);
    await devenv("sync", "flush");
  }
}

function differing(host: readonly FolderEntry[], inside: readonly FolderEntry[]): readonly string[] {
  const lines = [host, inside].map((tree) => new Map(tree.map((entry) => [JSON.stringify(entry), entry.path])));
  return lines.flatMap((some, index) =>
    [...some].filter(([line]) => lines[1 - index]?.has(line) !== true).map(([, path]) => path),
  );
}

/** What the sync has on its way in or out, which is gone when a flush has ended. */
export function isOurs(name: string): boolean {
  return name.startsWith(".devenv-sync");
}

/** As it stands in a line of the history. */
function quote(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function sorted(entries: readonly FolderEntry[]): readonly FolderEntry[] {
  return entries.toSorted((one, other) => (one.path < other.path ? -1 : 1));
}
