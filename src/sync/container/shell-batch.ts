/** Calls to the shell: those that come while one run of it is under way go together into the next, since each costs much. */
import { randomBytes } from "node:crypto";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type PackedMember, packMembers } from "../../host/pack-members.ts";
import { SideError, temporaryPrefix } from "../side.ts";
import type { AgentStreams } from "./channel.ts";
import { type FieldReader, openFields } from "./shell-replies.ts";

export interface ShellCall {
  /** The folder that it is about or in, and the words after that, quoted. */
  readonly folder: string;
  readonly words: readonly string[];
  /** Comes to stand in the temporary folder under the number of the call. */
  readonly file?: Omit<PackedMember, "name"> | undefined;
}

export interface ShellAnswer {
  /** The first says what it is. */
  readonly fields: readonly Buffer[];
  /** When it is `content`. */
  readonly content: AsyncIterable<Buffer>;
  /** The time there. */
  readonly now: string;
}

export interface Shell {
  /** What the taker makes of the answer; rejects with a SideError. `isLarge`: its content is not to hold up the others. */
  call<Result>(call: ShellCall, taker: Taker<Result>): Promise<Result>;
  /** Resolves when nothing is under way any more. */
  close(): Promise<void>;
}

interface Taker<Result> {
  readonly isLarge?: boolean;
  take(answer: ShellAnswer): Result | Promise<Result>;
}

interface Pending {
  readonly call: ShellCall;
  answer(answer: ShellAnswer): Promise<void>;
  fail(error: SideError): void;
}

export interface ShellOptions {
  /** Run the script with the name of a temporary folder. */
  start(temporary: string): Promise<AgentStreams & { exitCode(): Promise<number> }>;
  onLost(error: SideError): void;
}

/** Of one run. */
const mostCalls = 256;

export function openShell(options: ShellOptions): Shell {
  const runs = new Set<Promise<void>>();
  let queue: Pending[] = [];
  let isBusy = false;
  let lost: SideError | undefined;
  const run = async (calls: readonly Pending[]) => {
    const running = runCalls(options, calls).catch((error: SideError) => {
      lost ??= error;
      options.onLost(error);
      for (const { fail } of [...calls, ...queue]) fail(error);
    });
    runs.add(running);
    await running;
    runs.delete(running);
  };
  const runQueue = async () => {
    isBusy = true;
    // those of the same turn go together
    await new Promise(setImmediate);
    while (queue.length > 0 && lost === undefined) await run(queue.splice(0, mostCalls));
    isBusy = false;
  };
  return {
    call(call, { isLarge = false, take }) {
      const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<typeof take>>>();
      const answer = async (one: ShellAnswer) => {
        try {
          resolve((await take(one)) as Awaited<ReturnType<typeof take>>);
        } catch (error) {
          reject(error as Error);
        }
      };
      if (lost !== undefined) reject(lost);
      else if (isLarge) void run([{ call, answer, fail: reject }]);
      else queue.push({ call, answer, fail: reject });
      if (!isBusy && queue.length > 0) void runQueue();
      return promise;
    },
    async close() {
      lost ??= new SideError("lost", "the sync is closed");
      for (const { fail } of queue) fail(lost);
      queue = [];
      await Promise.all(runs);
    },
  };
}

/** Throws `lost`; of what the shell refused as a whole, the calls fail. */
async function runCalls(options: ShellOptions, calls: readonly Pending[]): Promise<void> {
  const streams = await options.start(`${temporaryPrefix}${randomBytes(6).toString("hex")}`).catch(lose);
  const waiting = new Map(calls.map((one, id) => [String(id), one]));
  let said = "";
  streams.stderr.on("data", (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-1_000);
  });
  const sent = send(streams.stdin, calls);
  try {
    await takeAnswers(openFields(streams.stdout), waiting);
  } catch (error) {
    lose(error);
  } finally {
    streams.stdin.destroy();
    streams.stdout.destroy();
  }
  const broken = await sent;
  if (waiting.size === 0) return;
  const code = await streams.exitCode().catch(lose);
  const reason = said.trim().split("\n").at(-1) ?? "";
  if (broken === undefined && code !== 1) lose(new Error(reason === "" ? `the shell ended with ${code}` : reason));
  for (const { fail } of waiting.values()) fail(broken ?? new SideError("problem", reason));
}

function lose(error: unknown): never {
  throw new SideError("lost", (error as Error).message, { cause: error });
}

async function takeAnswers(reader: FieldReader, waiting: Map<string, Pending>): Promise<void> {
  const now = String(await reader.field());
  for (let id = await reader.field(); id !== undefined; id = await reader.field()) {
    const head = await readHead(reader);
    if (head === undefined) return;
    const { fields, size } = head;
    const pending = waiting.get(String(id));
    waiting.delete(String(id));
    let isTaken = size === undefined;
    const content = contentOf(reader, size ?? 0, () => {
      isTaken = true;
    });
    await pending?.answer({ fields, content, now });
    if (!isTaken) return;
  }
}

/** The fields up to the empty one, or to the size of the content that follows; undefined when it was cut off. */
async function readHead(reader: FieldReader) {
  const fields: Buffer[] = [];
  for (;;) {
    const field = await reader.field();
    if (field === undefined) return undefined;
    if (field.length === 0) return { fields, size: undefined };
    if (String(fields[0]) === "content") return { fields, size: Number(field) };
    fields.push(field);
  }
}

/** What follows it says whether it is still that of the file. */
async function* contentOf(reader: FieldReader, size: number, onEnd: () => void): AsyncGenerator<Buffer> {
  yield* reader.content(size);
  const isChanged = String(await reader.field()) === "changed";
  if (isChanged) await reader.field();
  onEnd();
  if (isChanged) throw new SideError("changed", "the file changed while it was read");
}

/** Gives what broke: nothing is done then. */
async function send(stdin: Writable, calls: readonly Pending[]): Promise<SideError | undefined> {
  const lines = calls.map(({ call }, id) => ["run", id, call.folder, ...call.words].join(" "));
  const program = Buffer.from(`${lines.join("\n")}\n`);
  const files = calls.flatMap(({ call: { file } }, id) => (file === undefined ? [] : { name: String(id), ...file }));
  const last = { name: "do", size: program.length, mode: 0o600, uid: 0, gid: 0, content: Readable.from([program]) };
  try {
    await pipeline(packMembers([...files, last]), stdin);
  } catch (error) {
    // else the shell does not take it, and says why
    if (error instanceof SideError) return error;
  }
  return undefined;
}
