import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from "node:http2";
import { duplexPair } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterEach, expect, it } from "vitest";
import { type BuildSession, openBuildSession } from "../../../../src/engine/docker/build-session.ts";
import { decodePacket, encodePacket, type Packet } from "../../../../src/engine/docker/buildkit-messages.ts";
import type { Connection, EngineCall } from "../../../../src/engine/docker/connection.ts";
import {
  bytesField,
  decodeFields,
  encodeFields,
  numberField,
  textField,
} from "../../../../src/engine/docker/protobuf.ts";
import type { BuildRequest } from "../../../../src/engine/engine.ts";
import { contextFile } from "../../../support/builds.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";
import { testHost } from "../../../support/test-host.ts";

const opened: { session: BuildSession; engine: ClientHttp2Session }[] = [];
afterEach(() => {
  for (const { session, engine } of opened.splice(0)) {
    engine.destroy();
    session.close();
  }
});

interface TestSession {
  readonly session: BuildSession;
  readonly engine: ClientHttp2Session;
  readonly call: EngineCall;
  readonly failures: unknown[];
}

/** A session whose other end is a gRPC client, as the engine is one. */
async function open(overrides: Partial<BuildRequest> = {}, host = testHost()): Promise<TestSession> {
  const [ours, theirs] = duplexPair();
  const calls: EngineCall[] = [];
  const unused = () => Promise.reject(new Error("not used here"));
  const connection: Connection = {
    address: "unix:///fake",
    requestJson: unused,
    requestStream: unused,
    hijack: async (call) => {
      calls.push(call);
      return ours;
    },
    translate: (error) => error,
  };
  const request: BuildRequest = {
    dockerfile: "FROM x\n",
    context: [],
    tag: "x:1",
    platform: "linux/amd64",
    labels: {},
    contextKey: "key",
    secrets: {},
    buildArgs: {},
    onEvent: () => {},
    ...overrides,
  };
  const failures: unknown[] = [];
  const onFailure = (error: unknown) => void failures.push(error);
  const session = await openBuildSession({ connection, host, request, action: "build", onFailure });
  const engine = connect("http://session", { createConnection: () => theirs });
  engine.on("error", () => {});
  opened.push({ session, engine });
  return { session, engine, call: calls[0] as EngineCall, failures };
}

interface Answer {
  readonly status: number;
  readonly messages: readonly Buffer[];
}

function frame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function unframe(bytes: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 5 + bytes.readUInt32BE(at + 1)) {
    messages.push(bytes.subarray(at + 5, at + 5 + bytes.readUInt32BE(at + 1)));
  }
  return messages;
}

/** Call a method with all messages at once, and wait for the whole answer. */
async function ask(
  { engine }: TestSession,
  path: string,
  messages: readonly Uint8Array[],
  headers: OutgoingHttpHeaders = {},
): Promise<Answer> {
  const stream = engine.request({ ":method": "POST", ":path": path, "content-type": "application/grpc", ...headers });
  let status = -1;
  stream.on("trailers", (trailers) => {
    status = Number(trailers["grpc-status"]);
  });
  stream.end(Buffer.concat(messages.map(frame)));
  return { messages: unframe(await buffer(stream)), status };
}

const sync = "/moby.filesync.v1.FileSync/DiffCopy";
const request = (id: number) => encodePacket({ type: "request", id });
const end = encodePacket({ type: "end" });

/** Paths that a sync announces: its messages up to the empty one. */
function announced({ messages }: Answer): string[] {
  const paths: string[] = [];
  for (const message of messages) {
    const fields = decodeFields(message);
    if (fields.has(2)) paths.push(textField(decodeFields(bytesField(fields, 2)), 1));
  }
  return paths;
}

/** All packets that are not announcements. */
function packets({ messages }: Answer): Packet[] {
  return messages.filter((message) => message.length > 0 && !decodeFields(message).has(2)).map(decodePacket);
}

it("introduces itself with a new id, the context's key and its methods", async () => {
  const [one, two] = [await open(), await open()];

  expect(one.call).toMatchObject({ method: "POST", path: "/session" });
  expect(one.call.headers).toEqual({
    Upgrade: "h2c",
    "X-Docker-Expose-Session-Uuid": one.session.id,
    "X-Docker-Expose-Session-Name": "devenv",
    "X-Docker-Expose-Session-Sharedkey": "key",
    "X-Docker-Expose-Session-Grpc-Method": [
      "/grpc.health.v1.Health/Check",
      sync,
      "/moby.buildkit.secrets.v1.Secrets/GetSecret",
      "/moby.filesync.v1.Auth/Credentials",
    ],
  });
  expect(one.session.id).not.toBe(two.session.id);
});

it("is healthy, also while a file is being sent", async () => {
  using folder = temporaryFolder({ large: "x".repeat(3_000_000) });
  const session = await open({ context: [contextFile(folder.path, "large")] });
  const stream = session.engine.request({ ":method": "POST", ":path": sync, "dir-name": "context" });
  stream.write(frame(request(0)));
  stream.on("error", () => {});

  // nobody reads the file, so it stays under way
  expect(await ask(session, "/grpc.health.v1.Health/Check", [Buffer.alloc(0)])).toEqual({
    status: 0,
    messages: [Buffer.from("0801", "hex")],
  });
  stream.close();
});

it("answers a method that it does not have with `unimplemented`", async () => {
  expect(await ask(await open(), "/moby.filesync.v1.Auth/FetchToken", [])).toEqual({ status: 12, messages: [] });
});

it("gives secrets by id, empty ones as such, and knows no others", async () => {
  const session = await open({ secrets: { token: Buffer.from("s3cret"), empty: Buffer.alloc(0) } });
  const secret = async (id: string) => {
    const { status, messages } = await ask(session, "/moby.buildkit.secrets.v1.Secrets/GetSecret", [
      encodeFields([[1, id]]),
    ]);
    return { status, data: messages.map((message) => message.toString("latin1")) };
  };

  expect(await secret("token")).toEqual({ status: 0, data: ["\n\x06s3cret"] });
  expect(await secret("empty")).toEqual({ status: 0, data: ["\n\x00"] });
  expect(await secret("toString")).toEqual({ status: 5, data: [] });
});

it("gives the login of a registry, and an empty one for others", async () => {
  using config = temporaryFolder({
    "config.json": JSON.stringify({
      auths: { "registry.example.com": { auth: Buffer.from("ada:pw").toString("base64") } },
    }),
  });
  const session = await open({}, testHost({ env: { DOCKER_CONFIG: config.path } }));
  const login = async (registry: string) => {
    const { messages } = await ask(session, "/moby.filesync.v1.Auth/Credentials", [encodeFields([[1, registry]])]);
    const fields = decodeFields(messages[0] ?? Buffer.alloc(0));
    return [textField(fields, 1), textField(fields, 2)];
  };

  expect(await login("registry.example.com")).toEqual(["ada", "pw"]);
  expect(await login("elsewhere.example.com")).toEqual(["", ""]);
});

it("keeps the reason when the logins cannot be read", async () => {
  using config = temporaryFolder({ "config.json": "{" });
  const session = await open({}, testHost({ env: { DOCKER_CONFIG: config.path } }));

  const answer = await ask(session, "/moby.filesync.v1.Auth/Credentials", [encodeFields([[1, "r.example.com"]])]);

  expect(answer.status).toBe(2);
  expect(session.failures).toMatchObject([{ code: "DOCKER_CONFIG_INVALID" }]);
});

it("shows nothing of the logins that it cannot read", async () => {
  using config = temporaryFolder({ "config.json": '{"auths":{"r.example.com":{"password": hunter2}}}' });
  const session = await open({}, testHost({ env: { DOCKER_CONFIG: config.path } }));

  await ask(session, "/moby.filesync.v1.Auth/Credentials", [encodeFields([[1, "r.example.com"]])]);

  expect(session.failures).toMatchObject([{ details: { reason: "it is not valid JSON" } }]);
});

it("gives the Dockerfile a time of its own in every build", async () => {
  const timeOf = async () => {
    const { messages } = await ask(await open(), sync, [end], { "dir-name": "dockerfile" });
    const stat = decodeFields(bytesField(decodeFields(messages[0] ?? Buffer.alloc(0)), 2));
    return { path: textField(stat, 1), size: numberField(stat, 5), seconds: Math.floor(numberField(stat, 6) / 1e9) };
  };
  const now = Math.floor(Date.now() / 1000);

  const stat = await timeOf();

  expect(stat).toMatchObject({ path: "Dockerfile", size: 7 });
  expect(stat.seconds - now).toBeGreaterThanOrEqual(-1);
  expect(stat.seconds - now).toBeLessThan(10);
});

it("sends the files that are asked for, in the order they are asked for", async () => {
  using folder = temporaryFolder({ "d/a": "A", "d/empty": "", large: "y".repeat(300_000) });
  const context = ["large", "d/a", "d/empty"].map((path) => contextFile(folder.path, path));

  const answer = await ask(await open({ context }), sync, [request(3), request(2), request(1), end], {
    "dir-name": "context",
  });

  expect(announced(answer)).toEqual(["d", "d/a", "d/empty", "large"]);
  const sent = packets(answer);
  expect(sent.at(-1)?.type).toBe("end");
  const contentOf = (id: number) =>
    Buffer.concat(sent.flatMap((p) => (p.type === "data" && p.id === id ? [p.data] : [])));
  expect([contentOf(1).toString(), contentOf(2).toString(), contentOf(3).length]).toEqual(["A", "", 300_000]);
  // each file ends with a packet without data
  expect(sent.filter(({ type, data }) => type === "data" && data.length === 0).map(({ id }) => id)).toEqual([3, 2, 1]);
  expect(answer.status).toBe(0);
});

it("announces everything whatever patterns the engine sends, but for its first look for `.dockerignore`", async () => {
  using folder = temporaryFolder({ ".dockerignore": "x", a: "A" });
  const context = [".dockerignore", "a"].map((path) => contextFile(folder.path, path));
  const session = await open({ context });
  const paths = async (...followpaths: string[]) =>
    announced(await ask(session, sync, [end], { "dir-name": "context", followpaths }));

  expect(await paths(".dockerignore")).toEqual([]);
  expect(await paths("*.txt", "a")).toEqual([".dockerignore", "a"]);
  expect(await paths(".dockerignore")).toEqual([".dockerignore", "a"]);
});

it("tells the engine when a file cannot be read, and keeps the reason", async () => {
  using folder = temporaryFolder({ gone: randomUUID() });
  const entry = contextFile(folder.path, "gone");
  rmSync(entry.source);
  const session = await open({ context: [entry] });

  const answer = await ask(session, sync, [request(0)], { "dir-name": "context" });

  expect(packets(answer)).toMatchObject([{ type: "error" }]);
  expect(answer.status).toBe(2);
  expect(session.failures).toMatchObject([{ code: "CONTEXT_UNREADABLE", details: { path: entry.source } }]);
});

it.each(["longer than it was", "short", "afteR"])("does not end a file whose content became %j", async (text) => {
  using folder = temporaryFolder({ file: "after" });
  const entry = contextFile(folder.path, "file");
  folder.write({ file: text });
  const session = await open({ context: [entry] });

  const answer = await ask(session, sync, [request(0)], { "dir-name": "context" });

  expect(packets(answer).at(-1)?.type).toBe("error");
  expect(packets(answer).filter(({ type, data }) => type === "data" && data.length === 0)).toEqual([]);
  expect(session.failures).toMatchObject([{ code: "CONTEXT_CHANGED" }]);
});

it("reads no further than the engine takes", async () => {
  using folder = temporaryFolder({ large: "z".repeat(50_000_000) });
  const session = await open({ context: [contextFile(folder.path, "large")] });
  const before = process.memoryUsage().arrayBuffers;
  const stream = session.engine.request({ ":method": "POST", ":path": sync, "dir-name": "context" });
  stream.on("error", () => {});
  stream.write(frame(request(0)));
  await new Promise((resolve) => setTimeout(resolve, 500));

  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
  stream.close();
});

it("is over when the engine leaves, and when it is closed", async () => {
  const [left, closed] = [await open(), await open()];

  left.engine.destroy();
  closed.session.close();

  await expect(Promise.all([left.session.closed, closed.session.closed])).resolves.toHaveLength(2);
});
