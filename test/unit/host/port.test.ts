import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { nodeHost } from "../../../src/host/node.ts";
import { freePort, isPortFree } from "../../../src/host/port.ts";
import { portHolder } from "../../../src/host/port-holder.ts";
import { freePort as unusedPort } from "../../support/ports.ts";
import { testHost } from "../../support/test-host.ts";

/** Another process that listens on a port of its own there. */
async function listener(address: string) {
  const script = `require("node:net").createServer().listen(0, "${address}", function () { console.log(this.address().port); });`;
  const child = spawn(process.execPath, ["--eval", script], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(child.stdout, "data");
  const stop = async () => {
    const exit = once(child, "exit");
    child.kill();
    await exit;
  };
  return { pid: child.pid, port: Number(line), [Symbol.asyncDispose]: stop };
}

describe("whether a port is free", () => {
  it.each(["127.0.0.1", "0.0.0.0", "::"])("counts one that is listened to on %s as taken", async (address) => {
    await using server = createServer().listen(0, address);
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    expect(await isPortFree(port)).toBe(false);
  });

  it("counts one that nobody has as free, again and again", async () => {
    const port = await unusedPort();
    expect([await isPortFree(port), await isPortFree(port)]).toEqual([true, true]);
  });
});

describe("finding a free port", () => {
  it("gives the same seed the same port, and others others", async () => {
    const find = (seed: string) => freePort({ seed, taken: new Set() });
    const port = await find("shop/dev/3000");
    expect(port).toBeGreaterThanOrEqual(20_000);
    expect(port).toBeLessThanOrEqual(32_000);
    expect(await find("shop/dev/3000")).toBe(port);
    expect(await find("shop/dev/3001")).not.toBe(port);
  });

  it("goes on to the next one that is neither listened to nor said to be taken", async () => {
    const seed = "shop/dev/4000";
    const first = await freePort({ seed, taken: new Set() });
    const second = await freePort({ seed, taken: new Set([first]) });
    await using server = createServer().listen(second, "127.0.0.1");
    await once(server, "listening");
    const third = await freePort({ seed, taken: new Set([first]) });
    expect(new Set([first, second, third]).size).toBe(3);
  });

  it("gives up when every port is taken", async () => {
    const taken = new Set(Array.from({ length: 12_001 }, (_, index) => 20_000 + index));
    await expect(freePort({ seed: "shop", taken })).rejects.toMatchObject({ code: "PORTS_EXHAUSTED" });
  });
});

describe("who holds a port", () => {
  it.each(["127.0.0.1", "0.0.0.0", "::"])("names the process that listens on %s", async (address) => {
    await using child = await listener(address);
    expect(await portHolder(child.port, nodeHost())).toEqual({ pid: child.pid, program: "node" });
  });

  it("knows nobody where nobody listens", async () => {
    expect(await portHolder(await unusedPort(), nodeHost())).toBeUndefined();
  });

  it("does not name who listens on another address only", async () => {
    await using child = await listener("127.0.0.2");
    expect(await portHolder(child.port, nodeHost())).toBeUndefined();
  });

  it("asks lsof where there is no /proc", async () => {
    const asked: string[] = [];
    const lsof = (args: readonly string[]) => {
      asked.push(args.join(" "));
      return { exitCode: 0, stdout: "p4121\ncnode\nf23\n", stderr: "" };
    };
    const host = testHost({ platform: "darwin", programs: { lsof } });
    expect(await portHolder(3000, host)).toEqual({ pid: 4121, program: "node" });
    expect(asked).toEqual(["-nP -iTCP:3000 -sTCP:LISTEN +c0 -Fpc"]);
  });

  it("knows nothing without lsof, and when lsof finds nobody", async () => {
    expect(await portHolder(3000, testHost({ platform: "darwin" }))).toBeUndefined();
    const lsof = () => ({ exitCode: 1, stdout: "", stderr: "" });
    expect(await portHolder(3000, testHost({ platform: "darwin", programs: { lsof } }))).toBeUndefined();
  });
});
