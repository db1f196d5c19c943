import type { Path } from "../entry.ts";
import { type NewFile, type Side, SideError, type SideListener, type Stat, temporaryPrefix } from "../side.ts";
import { type AgentStreams, type Channel, openChannel } from "./channel.ts";
import { type HeldEvents, holdEvents } from "./held-events.ts";
import { createPlacing, type Placing } from "./placing.ts";
import { readFile, readSmallFile } from "./read-file.ts";
import { problemOf, Refusal } from "./refusal.ts";
import { type AgentStat, decodeChildren, decodeEvents, decodeFolder, decodeStat } from "./replies.ts";
import { createTemporaryNames, type TemporaryNames } from "./temporary-names.ts";
import { createWatchedFolders, type WatchedFolders } from "./watched-folders.ts";
import { folder, type Request, replyType, wireVersion } from "./wire.ts";
import { openWrites } from "./write-file.ts";

export interface AgentSideOptions {
  /** Whose what is made becomes. */
  readonly uid: number;
  readonly gid: number;
  readonly listener: SideListener;
  readonly heartbeatMs?: number | undefined;
}

/** The container's side, by the agent that serves a folder there; throws `lost` when none answers. */
export async function openAgentSide(streams: AgentStreams, options: AgentSideOptions): Promise<Side> {
  const { uid, gid, listener, heartbeatMs } = options;
  const names = createTemporaryNames();
  const watched = createWatchedFolders();
  const events = holdEvents({ watched, listener });
  let isOpen = false;
  const channel = openChannel(streams, {
    onUnasked: (type, payload) => {
      if (type === replyType.events) events.take(decodeEvents(payload));
    },
    // before it is open, the call that opens it tells
    onLost: (reason) => isOpen && listener.onLost(reason),
    heartbeatMs,
  });
  try {
    await channel.call({ type: "hello", mode: wireVersion, name: names.prefix, expected: uid, size: gid }, "");
  } catch (error) {
    await channel.close();
    throw error instanceof Refusal ? new SideError("lost", error.message, { cause: error }) : error;
  }
  isOpen = true;
  return sideOf({ channel, names, watched, events, listener });
}

interface Parts {
  readonly channel: Channel;
  readonly names: TemporaryNames;
  readonly watched: WatchedFolders;
  readonly events: HeldEvents;
  readonly listener: SideListener;
}

function sideOf(parts: Parts): Side {
  const { channel, names, watched, events, listener } = parts;
  const placing = createPlacing({ channel, names, onChange: listener.onChange });
  const writes = openWrites(channel);
  const list = openList(parts, placing);
  const statAfter = async (request: Request & { readonly path: Path }) =>
    decodeStat(await channel.call(request, request.path));
  const make = (request: Request & { readonly path: Path }) =>
    placing.put(request.path, (name) => channel.call({ ...request, name }, request.path));
  return {
    name: "container",
    list,
    stat: (path) => unlessMissing(statAfter({ type: "stat", path })),
    read: (path, expected) => readFile(channel, path, expected),
    readSmall: (path, { stamp }) => readSmallFile(channel, path, stamp),
    write: (path, file: NewFile, content) => placing.put(path, (name) => writes.write({ path, name, file, content })),
    makeFolder: (path, mode) => make({ type: "makeFolder", path, mode }),
    makeLink: (path, target, expected) => make({ type: "makeLink", path, expected, content: Buffer.from(target) }),
    remove: (path, expected, kind) =>
      kind === "folder" ? removeFolder(channel, path, list) : placing.remove(path, expected),
    setMode: (path, mode) => statAfter({ type: "setMode", path, mode }),
    move: placing.move,
    forget: (path) => {
      for (const size of watched.remove(path)) channel.send({ type: "forget", size });
    },
    async barrier() {
      await channel.call({ type: "barrier" }, "");
      events.tell();
    },
    flush: async () => void (await channel.call({ type: "sync" }, "")),
    close: () => {
      events.tell();
      writes.drop();
      return channel.close();
    },
  };
}

function openList({ channel, watched, listener }: Parts, placing: Placing): Side["list"] {
  let isToldUnwatched = false;
  const watch = (path: Path, number: number) => {
    if (number > 0) watched.add(path, number);
    else if (!isToldUnwatched) listener.onUnwatched(...unwatched(-number));
    isToldUnwatched ||= number <= 0;
  };
  return (path) => {
    const children = new Map<string, AgentStat | string>();
    const listed = new Promise<Stat>((resolve, reject) => {
      channel.request({ type: "list", path }, path, {
        onChildren: (payload) => decodeChildren(payload, children),
        // at once: what follows may tell of a change in it
        onOk: (payload) => {
          const { stat, watch: number } = decodeFolder(payload);
          watch(path, number);
          resolve(stat);
        },
        onError: reject,
      });
    });
    return unlessMissing(
      listed.then(async (stat) => {
        const temporary = takeTemporary(children);
        if (temporary.size > 0) await placing.sweep(path, temporary);
        return { folder: stat, children };
      }),
    );
  };
}

function takeTemporary(children: Map<string, AgentStat | string>): ReadonlyMap<string, AgentStat> {
  const taken = new Map<string, AgentStat>();
  for (const [name, stat] of children) {
    if (!name.startsWith(temporaryPrefix)) continue;
    children.delete(name);
    if (typeof stat !== "string") taken.set(name, stat);
  }
  return taken;
}

/** What a killed agent left in it does not keep it. */
async function removeFolder(channel: Channel, path: Path, list: Side["list"]): Promise<void> {
  const remove = () => channel.call({ type: "remove", path, mode: folder }, path);
  try {
    await remove();
  } catch (error) {
    if (!(error instanceof SideError) || error.kind !== "changed") throw error;
    await list(path);
    await remove();
  }
}

/** What inotify says when it reaches a limit of the engine's machine, and the limit: ENOSPC, EMFILE. */
const limits: Readonly<Record<number, string>> = {
  28: "fs.inotify.max_user_watches=1048576",
  24: "fs.inotify.max_user_instances=1024",
};

function unwatched(errno: number): [string, string | undefined] {
  const limit = limits[errno];
  if (limit === undefined) return [`folders in the container cannot be watched: ${problemOf(errno)}`, undefined];
  return ["the engine's machine watches no more folders: its limit is reached", `sudo sysctl ${limit}`];
}

async function unlessMissing<Result>(result: Promise<Result>): Promise<Result | undefined> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof SideError && error.kind === "missing") return undefined;
    throw error;
  }
}
