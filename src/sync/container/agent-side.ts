import type { Path } from "../entry.ts";
import { type NewFile, type Side, SideError, type SideListener, type Stamp, type Stat } from "../side.ts";
import { type AgentStreams, type Channel, openChannel } from "./channel.ts";
import { readFile, readSmallFile } from "./read-file.ts";
import { problemOf } from "./refusal.ts";
import { decodeChildren, decodeErrno, decodeEvents, decodeHello, decodeStat } from "./replies.ts";
import { type Request, replyType, wireVersion } from "./wire.ts";
import { writeFile } from "./write-file.ts";

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
  let isOpen = false;
  const channel = openChannel(streams, {
    onUnasked: (type, payload) => tell(listener, type, payload),
    // before it is open, the call that opens it tells
    onLost: (reason) => isOpen && listener.onLost(reason),
    heartbeatMs,
  });
  try {
    const { version, agent } = decodeHello(await channel.call({ type: "hello", uid, gid }, ""));
    if (version !== wireVersion) throw new SideError("lost", `the agent is another one: \`${agent}\``);
  } catch (error) {
    await channel.close();
    throw error;
  }
  isOpen = true;
  return sideOf(channel);
}

function tell(listener: SideListener, type: number, payload: Buffer): void {
  if (type === replyType.events) listener.onChange(decodeEvents(payload));
  else if (type === replyType.overflow) listener.onOverflow();
  else if (type === replyType.unwatched) listener.onUnwatched(...unwatched(decodeErrno(payload)));
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

function sideOf(channel: Channel): Side {
  const call = (request: Request & { readonly path: Path }) => channel.call(request, request.path);
  const statAfter = async (request: Request & { readonly path: Path }) => decodeStat(await call(request));
  return {
    name: "container",
    isWary: true,
    list: (path) => list(channel, path),
    stat: (path) => unlessMissing(statAfter({ type: "stat", path })),
    read: (path, expected) => readFile(channel, path, expected),
    readSmall: (path, { stamp }) => readSmallFile(channel, path, stamp),
    hash: async (path, expected) => (await call({ type: "hash", path, expected })).toString("base64"),
    write: (path, file: NewFile, content) => writeFile(channel, { path, file, content }),
    makeFolder: (path, mode) => statAfter({ type: "makeFolder", path, mode }),
    makeLink: (path, target, expected) => statAfter({ type: "makeLink", path, target, expected }),
    remove: async (path, expected: Stamp, kind) => void (await call({ type: "remove", path, kind, expected })),
    setMode: (path, mode) => statAfter({ type: "setMode", path, mode }),
    touch: (path, mtimeNs, expected) => statAfter({ type: "touch", path, mtimeNs, expected }),
    move: async (from, to) => void (await channel.call({ type: "move", from, to }, to)),
    forget: (path) => channel.send(0, { type: "forget", path }),
    barrier: async () => void (await channel.call({ type: "barrier" }, "")),
    flush: async () => void (await channel.call({ type: "sync" }, "")),
    close: () => channel.close(),
  };
}

function list(channel: Channel, path: Path): ReturnType<Side["list"]> {
  const children = new Map<string, Stat | string>();
  const folder = new Promise<Stat>((resolve, reject) => {
    channel.request({ type: "list", path }, path, {
      onChildren: (payload) => decodeChildren(payload, children),
      onOk: (payload) => resolve(decodeStat(payload)),
      onError: reject,
    });
  });
  return unlessMissing(folder.then((stat) => ({ folder: stat, children })));
}

async function unlessMissing<Result>(result: Promise<Result>): Promise<Result | undefined> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof SideError && error.kind === "missing") return undefined;
    throw error;
  }
}
