import type { Path } from "../entry.ts";
import { type NewFile, type Side, SideError, type SideListener } from "../side.ts";
import { unlessMissing } from "../unless-missing.ts";
import { type AgentStreams, type Channel, openChannel } from "./channel.ts";
import { createFill } from "./fill-folder.ts";
import { openFolders } from "./folders.ts";
import { type HeldEvents, holdEvents } from "./held-events.ts";
import { createPlacing } from "./placing.ts";
import { look, readFile, readSmallFile } from "./read-file.ts";
import { Refusal } from "./refusal.ts";
import { decodeEvents, decodeStat } from "./replies.ts";
import { createSetAside, type SetAside } from "./set-aside.ts";
import { openTemporaries, type Temporaries } from "./temporaries.ts";
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
  const names = createTemporaryNames(() => temporaries.used());
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
  const aside = createSetAside({ channel, onChange: listener.onChange });
  const isKnown = (content: string) => listener.isKnown?.(content) ?? false;
  const temporaries = openTemporaries({ channel, names, aside, isKnown });
  await temporaries.tidy();
  isOpen = true;
  return sideOf({ channel, names, aside, temporaries, watched, events, listener });
}

interface Parts {
  readonly channel: Channel;
  readonly names: TemporaryNames;
  readonly aside: SetAside;
  readonly temporaries: Temporaries;
  readonly watched: WatchedFolders;
  readonly events: HeldEvents;
  readonly listener: SideListener;
}

function sideOf(parts: Parts): Side {
  const { channel, names, aside, temporaries, events, listener } = parts;
  const placing = createPlacing({ names, aside, onChange: listener.onChange });
  const writes = openWrites(channel);
  const folders = openFolders(parts);
  const statAfter = async (request: Request & { readonly path: Path }) =>
    decodeStat(await channel.call(request, request.path));
  const make = (request: Request & { readonly path: Path }) =>
    placing.put(request.path, request.expected, (name) => channel.call({ ...request, name }, request.path));
  return {
    name: "container",
    list: folders.list,
    stat: (path) => unlessMissing(statAfter({ type: "stat", path })),
    look: (path, known) => unlessMissing(look(channel, path, known)),
    read: (path, expected) => readFile(channel, path, expected),
    readSmall: (path, { stamp }) => readSmallFile(channel, path, stamp),
    write(path, file: NewFile, content) {
      // what is replaced is looked at first, and what is in memory may change meanwhile
      const isKept = content instanceof Uint8Array && file.expected !== undefined;
      const kept = isKept ? Uint8Array.from(content) : content;
      return placing.put(path, file.expected, (name) => writes.write({ path, name, file, content: kept }));
    },
    makeFolder: (path, mode) => make({ type: "makeFolder", path, mode }),
    fill: createFill({ channel, names, placing, list: folders.list }),
    makeLink: (path, target, expected) => make({ type: "makeLink", path, expected, content: Buffer.from(target) }),
    remove: async (path, expected, kind) =>
      kind === "folder"
        ? void (await channel.call({ type: "remove", path, mode: folder }, path))
        : placing.remove(path, expected),
    setMode: (path, mode) => statAfter({ type: "setMode", path, mode }),
    move: placing.move,
    forget: folders.forget,
    async barrier() {
      await channel.call({ type: "barrier" }, "");
      events.tell();
    },
    flush: async () => void (await channel.call({ type: "sync" }, "")),
    tidy: temporaries.tidy,
    close: async () => {
      events.tell();
      writes.drop();
      await temporaries.close();
      await channel.close();
    },
  };
}
