import type { Path } from "../entry.ts";
import type { Stat } from "../side.ts";
import { joinPath } from "../tree.ts";
import type { Channel } from "./channel.ts";
import { type AgentStat, decodeChildren, decodeFolder } from "./replies.ts";
import { anything, folder } from "./wire.ts";

export interface ListedFolder {
  readonly stat: Stat;
  /** With those that have temporary names. */
  readonly children: Map<string, AgentStat | string>;
}

/** The agent watches the folder from then on, by a number that is told before anything is that it sees there. */
export function listFolder(channel: Channel, path: Path, onWatch: (watch: number) => void): Promise<ListedFolder> {
  const children: ListedFolder["children"] = new Map();
  return new Promise((resolve, reject) => {
    channel.request({ type: "list", path }, path, {
      onChildren: (payload) => decodeChildren(payload, children),
      onOk(payload) {
        const { stat, watch } = decodeFolder(payload);
        onWatch(watch);
        resolve({ stat, children });
      },
      onError: reject,
    });
  });
}

/** A folder under a temporary name goes, and what is in it. */
export async function removeTemporary(channel: Channel, path: Path): Promise<void> {
  // its watch ends with it
  const { children } = await listFolder(channel, path, () => undefined);
  for (const [name, stat] of children) {
    const below = joinPath(path, name);
    if (typeof stat !== "string" && stat.kind === "folder") await removeTemporary(channel, below);
    else await channel.call({ type: "remove", path: below, expected: anything }, below);
  }
  await channel.call({ type: "remove", path, mode: folder }, path);
}
