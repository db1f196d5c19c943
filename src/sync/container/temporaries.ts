/** What stands under temporary names in the container: gone when nothing is under way, and what an agent that was killed left too. */
import { createHash } from "node:crypto";
import type { Path } from "../entry.ts";
import { incomplete, temporaryFolder, temporaryPrefix } from "../side.ts";
import { joinPath } from "../tree.ts";
import { unlessMissing } from "../unless-missing.ts";
import type { Channel } from "./channel.ts";
import { listFolder, removeTemporary } from "./list-folder.ts";
import { readFile } from "./read-file.ts";
import { Refusal } from "./refusal.ts";
import type { AgentStat } from "./replies.ts";
import type { SetAside } from "./set-aside.ts";
import type { TemporaryNames } from "./temporary-names.ts";
import { anything, folder as isFolder } from "./wire.ts";

export interface Temporaries {
  /** What stands in a folder under temporary names; those that no call is at work with are of an agent that was killed. */
  sweep(folder: Path, found: ReadonlyMap<string, AgentStat>): Promise<void>;
  /** Something was in their folder; it goes soon. */
  used(): void;
  /** The folder goes with all that is of devenv in it, unless it is in use. */
  tidy(): Promise<void>;
  close(): Promise<void>;
}

export interface TemporariesOptions {
  readonly channel: Channel;
  readonly names: TemporaryNames;
  readonly aside: Pick<SetAside, "keep">;
  /** Whether nothing is lost with a content. */
  isKnown(content: string): boolean;
}

/** After the last use. Milliseconds. */
const idleMs = 1_000;
const rules = joinPath(temporaryFolder, ".gitignore");

export function openTemporaries(options: TemporariesOptions): Temporaries {
  const { channel, names } = options;
  // what an earlier one left
  let isUsed = true;
  let timer: NodeJS.Timeout | undefined;
  const sweep = async (folder: Path, found: ReadonlyMap<string, AgentStat>) => {
    for (const [name, stat] of found) {
      if (!names.isInUse(name)) await sweepOne(options, folder, { name, stat }).catch(unlessRefused);
    }
  };
  const tidy = async () => {
    if (!isUsed || names.isAnyInUse()) return;
    isUsed = false;
    const listed = await unlessMissing(listFolder(channel, temporaryFolder, () => undefined)).catch(unlessRefused);
    if (listed === undefined) return;
    const left = new Map<string, AgentStat>();
    let isAlone = true;
    for (const [name, stat] of listed.children) {
      if (name.startsWith(temporaryPrefix) && typeof stat === "object") left.set(name, stat);
      else isAlone &&= name === ".gitignore";
    }
    await sweep(temporaryFolder, left);
    // in one go, so that the next one to need the folder finds all of it or nothing
    if (!isAlone || names.isAnyInUse()) return;
    await Promise.allSettled([
      channel.call({ type: "remove", path: rules, expected: anything }, rules),
      channel.call({ type: "remove", path: temporaryFolder, mode: isFolder }, temporaryFolder),
    ]);
  };
  return {
    sweep,
    tidy,
    used() {
      isUsed = true;
      timer ??= setTimeout(() => {
        timer = undefined;
        // whoever waits for a call is told of what is lost
        tidy().catch(() => undefined);
      }, idleMs).unref();
      timer.refresh();
    },
    async close() {
      clearTimeout(timer);
      await tidy().catch(() => undefined);
    },
  };
}

interface Left {
  readonly name: string;
  readonly stat: AgentStat;
}

async function sweepOne(options: TemporariesOptions, folder: Path, { name, stat }: Left): Promise<void> {
  const { channel, aside } = options;
  const beside = joinPath(folder, name);
  if (await isSomebodys(options, beside, stat)) {
    await aside.keep(beside, joinPath(folder === temporaryFolder ? "" : folder, "recovered"));
  } else if (stat.kind === "folder") await removeTemporary(channel, beside);
  else await channel.call({ type: "remove", path: beside, expected: stat.stamp }, beside);
}

/** Content that was written after it had been set aside, and that nobody else has. */
async function isSomebodys({ channel, isKnown }: TemporariesOptions, beside: Path, stat: AgentStat): Promise<boolean> {
  if (stat.kind !== "file" || !stat.isLate || (stat.mode & ~incomplete) === 0) return false;
  const digest = createHash("sha256");
  for await (const piece of readFile(channel, beside, stat.stamp)) digest.update(piece);
  return !isKnown(digest.digest("base64"));
}

function unlessRefused(error: unknown): undefined {
  if (!(error instanceof Refusal)) throw error;
}
