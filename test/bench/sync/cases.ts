/** What is done in a folder, and when it is seen on the other side. */
import { randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Contestant } from "./contestants.ts";

export interface Case {
  readonly title: string;
  readonly rounds: number;
  takesPart(contestant: Contestant): boolean;
  /** Milliseconds from the first change to its being there; undefined when it never came. */
  time(contestant: Contestant): Promise<number | undefined>;
}

const lateMs = 20_000;
const many = 1_000;
const large = 50_000_000;

export function casesOf(rounds: number): readonly Case[] {
  const few = Math.ceil(rounds / 20);
  const isLive = ({ bring }: Contestant) => bring === undefined;
  return [
    {
      ...{ title: "small edit, host → container", rounds, takesPart: isLive },
      time: ({ folder, inside }) => timeEdit(folder, inside),
    },
    {
      ...{ title: "small edit, container → host", rounds, takesPart: (one) => isLive(one) && one.isTwoWay },
      time: ({ folder, inside }) => timeEdit(inside, folder),
    },
    { ...{ title: "1,000 new files", rounds: few, takesPart: () => true }, time: timeBurst },
    {
      ...{ title: "rename of a folder of 1,000", rounds: few, takesPart: isLive },
      time: timeRename,
    },
    {
      ...{ title: "deletion of a folder of 1,000", rounds: few, takesPart: isLive },
      time: timeDeletion,
    },
    { ...{ title: "one file of 50 MB", rounds: few, takesPart: () => true }, time: timeLarge },
  ];
}

const edited = "edited.txt";

async function timeEdit(from: string, to: string): Promise<number | undefined> {
  const text = `${randomBytes(50).toString("hex")}\n`;
  const file = join(to, edited);
  const startedAt = performance.now();
  const seen = seeing(to, () => existsSync(file) && readFileSync(file, "utf8") === text);
  writeFileSync(join(from, edited), text);
  const isSeen = await seen;
  const ms = performance.now() - startedAt;
  // not in step with anybody's timer
  await sleep(50 + Math.random() * 50);
  return isSeen ? ms : undefined;
}

async function timeBurst(contestant: Contestant): Promise<number | undefined> {
  const { folder, inside } = contestant;
  return timeChange(
    contestant,
    () => writeMany(join(folder, "many")),
    () => countOf(join(inside, "many")) === many,
  );
}

async function timeLarge(contestant: Contestant): Promise<number | undefined> {
  const { folder, inside } = contestant;
  const bytes = randomBytes(large);
  const ms = await timeChange(
    contestant,
    () => writeFileSync(join(folder, "large"), bytes),
    () => sizeOf(join(inside, "large")) === large,
  );
  rmSync(join(folder, "large"));
  await until(() => sizeOf(join(inside, "large")) === undefined, 2_000);
  rmSync(join(inside, "large"), { force: true });
  return ms;
}

async function timeChange(
  contestant: Contestant,
  act: (contestant: Contestant) => void,
  isThere: (contestant: Contestant) => boolean,
): Promise<number | undefined> {
  const startedAt = performance.now();
  act(contestant);
  contestant.bring?.();
  const isSeen = await until(() => isThere(contestant), lateMs);
  const ms = performance.now() - startedAt;
  await sleep(500);
  return isSeen ? ms : undefined;
}

export function writeMany(folder: string, count = many, size = 1_000): void {
  mkdirSync(folder, { recursive: true });
  const bytes = randomBytes(size);
  for (let index = 0; index < count; index += 1) writeFileSync(join(folder, `file-${index}`), bytes);
}

async function timeRename(contestant: Contestant): Promise<number | undefined> {
  const { folder, inside } = contestant;
  await haveMany(contestant);
  const ms = await timeChange(
    contestant,
    () => renameSync(join(folder, "many"), join(folder, "other")),
    () => countOf(join(inside, "other")) === many && !existsSync(join(inside, "many")),
  );
  rmSync(join(folder, "other"), { recursive: true });
  await until(() => !existsSync(join(inside, "other")), lateMs);
  return ms;
}

async function timeDeletion(contestant: Contestant): Promise<number | undefined> {
  const { folder, inside } = contestant;
  await haveMany(contestant);
  return timeChange(
    contestant,
    () => rmSync(join(folder, "many"), { recursive: true }),
    () => !existsSync(join(inside, "many")),
  );
}

async function haveMany({ folder, inside }: Contestant): Promise<void> {
  if (!existsSync(join(folder, "many"))) writeMany(join(folder, "many"));
  await until(() => countOf(join(inside, "many")) === many, lateMs);
  await sleep(500);
}

function countOf(folder: string): number {
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith("file-")).length : 0;
}

function sizeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.size;
}

/** By events, so that looking takes no time from whoever is timed. */
function seeing(folder: string, isThere: () => boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const watcher = watch(folder, () => isThere() && end(true));
    const late = setTimeout(() => end(isThere()), lateMs);
    const end = (isSeen: boolean) => {
      watcher.close();
      clearTimeout(late);
      resolve(isSeen);
    };
  });
}

async function until(isThere: () => boolean, patienceMs: number): Promise<boolean> {
  const end = performance.now() + patienceMs;
  while (!isThere()) {
    if (performance.now() > end) return false;
    await sleep(3);
  }
  return true;
}
