/**
 * Giving two things in a folder of this machine each other's places in one step. Node has no call for that; the agent does it, as
 * it does in a container: a process that watches and locks nothing, and ends by itself when it was not asked for a minute.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { agentFor, hasAgent } from "../container/agent-image.ts";
import { type Channel, openChannel } from "../container/channel.ts";
import { createTemporaryNames } from "../container/temporary-names.ts";
import { anything, wireVersion } from "../container/wire.ts";
import type { Swaps } from "../host/aside.ts";

export interface SwapsOptions {
  /** Absolute real path. */
  readonly root: string;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
}

export interface OpenedSwaps extends Swaps {
  /** What is swapped after this begins anew. */
  close(): Promise<void>;
}

/** Undefined where there is no agent for this machine. */
export function openSwaps({ root, platform, arch }: SwapsOptions): OpenedSwaps | undefined {
  const target = `${platform}/${arch}`;
  if (platform !== "linux" || !hasAgent(target)) return undefined;
  let running: Promise<Channel | undefined> | undefined;
  const onLost = () => {
    running = undefined;
  };
  return {
    async swap(one, other) {
      running ??= openAgent(agentFor(target), root, onLost).catch(() => undefined);
      const channel = await running;
      await channel?.call({ type: "rename", path: one, name: other, expected: anything, size: anything }, one);
      return channel !== undefined;
    },
    async close() {
      const ending = running;
      running = undefined;
      await (await ending)?.close();
    },
  };
}

/** Longer than it takes to end by itself. */
const noHeartbeatMs = 3_600_000;

/** Undefined when it cannot be run from where it is. */
async function openAgent(program: string, root: string, onLost: () => void): Promise<Channel | undefined> {
  const agent: ChildProcessByStdio<Writable, Readable, Readable> = spawn(program, ["--serve-beside", root], {
    stdio: "pipe",
  });
  try {
    await once(agent, "spawn");
  } catch {
    return undefined;
  }
  agent.unref();
  const channel = openChannel(agent, { onUnasked: () => undefined, onLost, heartbeatMs: noHeartbeatMs });
  const { prefix } = createTemporaryNames();
  await channel.call({ type: "hello", mode: wireVersion, name: prefix, expected: anything, size: anything }, "");
  return channel;
}
