/** The folders in the container: listed, watched from then on, and forgotten. */
import type { Path } from "../entry.ts";
import { isTemporaryName, type Side, type SideListener, temporaryFolder } from "../side.ts";
import { unlessMissing } from "../unless-missing.ts";
import type { Channel } from "./channel.ts";
import { listFolder } from "./list-folder.ts";
import { problemOf } from "./refusal.ts";
import type { AgentStat } from "./replies.ts";
import type { Temporaries } from "./temporaries.ts";
import type { WatchedFolders } from "./watched-folders.ts";

export type Folders = Pick<Side, "list" | "forget">;

export interface FoldersOptions {
  readonly channel: Channel;
  readonly watched: WatchedFolders;
  readonly temporaries: Pick<Temporaries, "sweep">;
  readonly listener: Pick<SideListener, "onUnwatched">;
}

export function openFolders({ channel, watched, temporaries, listener }: FoldersOptions): Folders {
  const watch = watching(watched, listener);
  const forgetting = forgetLater(channel, watched);
  const list: Side["list"] = async (path) => {
    const listed = listFolder(channel, path, (number) => watch(path, number));
    const found = await unlessMissing(forgetting.after(listed));
    if (found === undefined) return undefined;
    const { stat, children } = found;
    const temporary = takeTemporary(children);
    if (temporary.size > 0) await temporaries.sweep(path, temporary);
    return { folder: stat, children };
  };
  return {
    list,
    forget: (path) => forgetting.forget(watched.remove(path)),
  };
}

/** A listing that is under way may tell that a folder which is forgotten goes by another path now: its watch stays then. */
function forgetLater(channel: Channel, watched: WatchedFolders) {
  const forgotten = new Set<number>();
  let underWay = 0;
  const end = () => {
    if (underWay > 0) return;
    for (const watch of forgotten) if (!watched.has(watch)) channel.send({ type: "forget", size: watch });
    forgotten.clear();
  };
  return {
    async after<Result>(listing: Promise<Result>): Promise<Result> {
      underWay += 1;
      try {
        return await listing;
      } finally {
        underWay -= 1;
        end();
      }
    },
    forget(watches: readonly number[]): void {
      for (const watch of watches) forgotten.add(watch);
      end();
    },
  };
}

/** Takes down the number of a folder's watch, or tells once that there is none: minus an error's. */
function watching(watched: WatchedFolders, listener: FoldersOptions["listener"]): (path: Path, watch: number) => void {
  let isTold = false;
  return (path, watch) => {
    if (watch > 0) watched.add(path, watch);
    else if (!isTold) listener.onUnwatched(...unwatched(path, -watch));
    isTold ||= watch <= 0;
  };
}

function takeTemporary(children: Map<string, AgentStat | string>): ReadonlyMap<string, AgentStat> {
  const taken = new Map<string, AgentStat>();
  for (const name of children.keys()) {
    if (!isTemporaryName(name)) continue;
    const stat = children.get(name);
    children.delete(name);
    // that one is swept by itself
    if (typeof stat === "object" && name !== temporaryFolder) taken.set(name, stat);
  }
  return taken;
}

/** What inotify says when it reaches a limit of the engine's machine, and the limit: ENOSPC, EMFILE. */
const limits: Readonly<Record<number, string>> = {
  28: "fs.inotify.max_user_watches=1048576",
  24: "fs.inotify.max_user_instances=1024",
};

function unwatched(path: Path, errno: number): [string, string | undefined] {
  const limit = limits[errno];
  if (limit === undefined) return [`the folder \`${path || "."}\` cannot be watched: ${problemOf(errno)}`, undefined];
  return ["the engine's machine watches no more folders: its limit is reached", `sudo sysctl ${limit}`];
}
