import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type ListenOptions, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import { testHost } from "../support/test-host.ts";

describe("connecting to the engine", () => {
  it("learns what it is in one call", async () => {
    expect(await connectEngine(testHost()).info()).toMatchObject({
      product: expect.stringMatching(/^(docker|podman)$/),
      version: expect.stringMatching(/^\d+\.\d+/),
      platform: expect.stringMatching(/^linux\/(amd64|arm64)$/),
      store: expect.stringMatching(/^[a-z0-9-]+$/),
      rootless: expect.any(Boolean),
      cpus: expect.any(Number),
      dataRoot: expect.stringMatching(/^\//),
    });
  });

  it("says that no engine answers when there is no socket", async () => {
    const engine = connectEngine(testHost({ env: { DOCKER_HOST: "unix:///var/tmp/devenv-test-none.sock" } }));
    await expect(engine.info()).rejects.toMatchObject({
      code: "ENGINE_UNREACHABLE",
      message: "No container engine answers at `unix:///var/tmp/devenv-test-none.sock`: the socket does not exist",
    });
    await expect(engine.containers.list({})).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
  });

  it("says that no engine answers when nothing listens at its address", async () => {
    const engine = connectEngine(testHost({ env: { DOCKER_HOST: "tcp://127.0.0.1:1" } }));
    await expect(engine.info()).rejects.toMatchObject({
      message: "No container engine answers at `tcp://127.0.0.1:1`: nothing listens there",
    });
  });

  it("says that the user may not use a socket", async () => {
    await using folder = await temporaryFolder();
    await using _server = await serve({ path: join(folder.path, "engine.sock") });
    await chmod(folder.path, 0o755);
    await chmod(join(folder.path, "engine.sock"), 0o000);
    const address = `unix://${join(folder.path, "engine.sock")}`;
    expect(await infoAsNobody(address)).toBe(
      `ENGINE_FORBIDDEN: User \`nobody\` may not use the container engine at \`${address}\``,
    );
  });

  it("says that the connection broke when the engine goes away during a request", async () => {
    await using folder = await temporaryFolder();
    const socket = join(folder.path, "engine.sock");
    await using _server = await serve({ path: socket }, (client) => client.once("data", () => client.destroy()));
    const { containers } = connectEngine(testHost({ env: { DOCKER_HOST: `unix://${socket}` } }));
    await expect(containers.list({})).rejects.toMatchObject({
      code: "ENGINE_LOST",
      message: "The connection to the container engine broke while it was asked to list containers",
    });
  });

  it("works over TCP", async () => {
    await using relay = await serve({ host: "127.0.0.1", port: 0 }, relayToEngine);
    const { port } = relay.address();
    const engine = connectEngine(testHost({ env: { DOCKER_HOST: `tcp://127.0.0.1:${port}` } }));
    expect(await engine.info()).toEqual(await connectEngine(testHost()).info());
  });

  it("works through the ssh program, and keeps its connection for the next request", async () => {
    await using folder = await temporaryFolder();
    const calls = join(folder.path, "calls");
    await script(join(folder.path, "ssh"), `echo "$*" >> ${calls}; exec node ${join(folder.path, "relay.cjs")}`);
    await writeFile(
      join(folder.path, "relay.cjs"),
      `const s = require("node:net").connect(${JSON.stringify(engineSocket())}); process.stdin.pipe(s); s.pipe(process.stdout);`,
    );
    const env = { DOCKER_HOST: "ssh://me@engine.example:2222", PATH: `${folder.path}:${process.env.PATH}` };
    const engine = connectEngine(testHost({ env }));
    expect(await engine.info()).toEqual(await connectEngine(testHost()).info());
    await engine.containers.list({ "devenv.test": "none" });
    expect(await readFile(calls, "utf8")).toBe(
      "-o ConnectTimeout=30 -T -l me -p 2222 -- engine.example docker system dial-stdio\n",
    );
  });

  it("passes on why ssh failed", async () => {
    await using folder = await temporaryFolder();
    await script(join(folder.path, "ssh"), "echo 'me@engine.example: Permission denied (publickey).' >&2; exit 255");
    const env = { DOCKER_HOST: "ssh://me@engine.example", PATH: `${folder.path}:${process.env.PATH}` };
    await expect(connectEngine(testHost({ env })).info()).rejects.toMatchObject({
      message:
        "No container engine answers at `ssh://me@engine.example`: me@engine.example: Permission denied (publickey)",
    });
  });
});

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "devenv-test-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A server whose disposal drops its connections, those that a client keeps for later too. */
async function serve(at: ListenOptions, onClient: (client: Socket) => void = () => undefined) {
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client.on("error", () => undefined));
    onClient(client);
  }).listen(at);
  await once(server, "listening");
  return {
    address: () => server.address() as AddressInfo,
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.destroy();
      await server[Symbol.asyncDispose]();
    },
  };
}

function relayToEngine(client: Socket): void {
  const engine = connect(engineSocket());
  client.pipe(engine).pipe(client);
  client.on("close", () => engine.destroy());
}

function engineSocket(): string {
  return connectEngine(testHost()).address.replace(/^unix:\/\//, "");
}

async function script(path: string, body: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
}

/** Code and message of what `info` fails with for a user without rights; root takes another's identity for it. */
async function infoAsNobody(address: string): Promise<string> {
  const host = { platform: "linux", env: { DOCKER_HOST: address }, home: "/nonexistent", userName: "nobody" };
  const program = `
    import { connectEngine } from ${JSON.stringify(new URL("../../src/engine/docker/connect.ts", import.meta.url).href)};
    const engine = connectEngine(${JSON.stringify(host)});
    if (process.getuid() === 0) process.setuid(65534);
    await engine.info().catch((error) => process.stdout.write(error.code + ": " + error.message));
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return text(child.stdout);
}
