/** Starts the agent on this machine, so that much can come from it at little cost. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import type { AgentStreams } from "../container/channel.ts";

/** Resolves when it runs; it keeps nobody from ending. Throws when it cannot be run. */
export async function spawnAgent(program: string, words: readonly string[]): Promise<AgentStreams> {
  const { ours, theirs, listen } = await openPair();
  try {
    const agent = spawn(program, words, { stdio: ["pipe", theirs, "pipe"] });
    await once(agent, "spawn");
    agent.unref();
    return { ...pipesOf(agent), stdout: ours, listen };
  } catch (error) {
    ours.destroy();
    throw error;
  } finally {
    theirs.destroy();
  }
}

function pipesOf({ stdin, stderr }: ChildProcess): { readonly stdin: Writable; readonly stderr: Readable } {
  if (stdin === null || stderr === null) throw new Error("the agent was started without pipes");
  return { stdin, stderr };
}

interface Pair extends Required<Pick<AgentStreams, "listen">> {
  readonly ours: Socket;
  readonly theirs: Socket;
}

/** Bytes that are read at once: more than a frame of the agent, which is copied where it comes in parts. */
const readSize = 131_072;

/**
 * Two ends of a stream, of which one is to be given away. A pipe of Node's own reads into new memory each time, and that it is
 * often so much makes the garbage collector look through everything.
 */
async function openPair(): Promise<Pair> {
  const folder = await mkdtemp(join(tmpdir(), "devenv-"));
  const path = join(folder, "agent");
  const server = createServer({ pauseOnConnect: true });
  let take = (_chunk: Buffer) => {};
  const onread = {
    buffer: Buffer.alloc(readSize),
    callback(length: number, buffer: Uint8Array) {
      take(Buffer.from(buffer.buffer, buffer.byteOffset, length));
      return true;
    },
  };
  try {
    await once(server.listen(path), "listening");
    const ours = createConnection({ path, onread });
    const [[theirs]] = await Promise.all([once(server, "connection"), once(ours, "connect")]);
    return {
      ours,
      theirs,
      listen(to) {
        take = to;
      },
    };
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}
