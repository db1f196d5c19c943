/**
 * The agent as a process of this machine, for what Node has no call for, or takes longer: it watches and locks nothing, and ends
 * by itself when it was not asked for a minute.
 */
import { reasonOf } from "../../host/reason.ts";
import { agentFor, hasAgent } from "../container/agent-image.ts";
import { type Channel, openChannel } from "../container/channel.ts";
import { createCollect } from "../container/collect-files.ts";
import { listFolder } from "../container/list-folder.ts";
import { busy, Refusal } from "../container/refusal.ts";
import { createTemporaryNames } from "../container/temporary-names.ts";
import { anything, wireVersion } from "../container/wire.ts";
import type { Native } from "../host/native.ts";
import { SideError } from "../side.ts";
import { spawnAgent } from "./spawn-agent.ts";

export interface HostAgentOptions {
  /** Absolute real path. */
  readonly root: string;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** Why it could not be run, after which Node's own calls do. */
  onFailure?(reason: string): void;
}

export interface HostAgent extends Native {
  /** Run from now on, so that nothing has to wait for it. */
  prepare(): void;
  /** What is asked for after this begins anew. */
  close(): Promise<void>;
}

/** Undefined where there is no agent for this machine. */
export function openHostAgent({ root, platform, arch, onFailure }: HostAgentOptions): HostAgent | undefined {
  const target = `${platform}/${arch}`;
  if (platform !== "linux" || !hasAgent(target)) return undefined;
  let running: Promise<Started | undefined> | undefined;
  const onLost = () => {
    running = undefined;
  };
  const start = () => {
    running ??= startAgent(agentFor(target), root, onLost).catch((error) => {
      onFailure?.(reasonOf(error));
      return undefined;
    });
    return running;
  };
  return {
    prepare: () => void start(),
    async swap(one, other) {
      const agent = await start();
      await agent?.channel.call({ type: "rename", path: one, name: other, expected: anything, size: anything }, one);
      return agent !== undefined;
    },
    async discard(path, expected) {
      const agent = await start();
      if (agent === undefined) return false;
      try {
        await agent.channel.call({ type: "remove", path, expected }, path);
        return true;
      } catch (error) {
        if (error instanceof SideError) return false;
        throw error;
      }
    },
    async isWritten(path) {
      const agent = await start();
      try {
        // nothing has that stamp: it stays in any case
        await agent?.channel.call({ type: "remove", path, expected: 0 }, path);
      } catch (error) {
        return error instanceof Refusal && error.errno === busy;
      }
      return false;
    },
    async list(path) {
      const agent = await start();
      return agent && unlessLost(listFolder(agent.channel, path, () => undefined));
    },
    collector: async () => (await start())?.collect,
    async close() {
      const ending = running;
      running = undefined;
      await (await ending)?.channel.close();
    },
  };
}

/** Longer than it takes to end by itself. */
const noHeartbeatMs = 3_600_000;

interface Started {
  readonly channel: Channel;
  readonly collect: ReturnType<typeof createCollect>;
}

/** Throws when it cannot be run from where it is. */
async function startAgent(program: string, root: string, onLost: () => void): Promise<Started> {
  const streams = await spawnAgent(program, ["--serve-beside", root]);
  let isOpen = false;
  const channel = openChannel(streams, {
    onUnasked: () => undefined,
    // one that does not even begin is not tried again and again
    onLost: () => isOpen && onLost(),
    heartbeatMs: noHeartbeatMs,
  });
  const { prefix } = createTemporaryNames();
  try {
    await channel.call({ type: "hello", mode: wireVersion, name: prefix, expected: anything, size: anything }, "");
  } catch (error) {
    await channel.close();
    throw error;
  }
  isOpen = true;
  return { channel, collect: createCollect(channel) };
}

async function unlessLost<Result>(result: Promise<Result>): Promise<Result | undefined> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof SideError && error.kind === "lost") return undefined;
    throw error;
  }
}
