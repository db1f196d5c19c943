import { describe, expect, it } from "vitest";
import type { Connection, EngineCall } from "../../../../src/engine/docker/connection.ts";
import { startContainer } from "../../../../src/engine/docker/start.ts";
import { devenvError } from "../../../../src/errors.ts";
import { freePort, listen, portOf } from "../../../support/ports.ts";

/** An engine that refuses to start the one container `web`, which publishes a port. */
function refusingEngine(port: number, running: readonly object[] = []): Connection {
  const refusal = devenvError("ENGINE_FAILED", { action: "start container `web`", status: 500, reason: "no" });
  const answers: Readonly<Record<string, unknown>> = {
    "/containers/web/json": {
      Name: "/web",
      HostConfig: { PortBindings: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: String(port) }], "81/tcp": null } },
    },
    "/containers/json": running,
  };
  const unexpected = () => Promise.reject(new Error("unexpected request"));
  return {
    address: "unix:///fake.sock",
    requestJson: async ({ path }: EngineCall) => {
      if (path in answers) return answers[path];
      throw refusal;
    },
    requestStream: unexpected,
    hijack: unexpected,
    translate: (error) => error,
  };
}

describe("a container that cannot be started", () => {
  it("has a port that another program listens on", async () => {
    await using server = await listen();
    const started = startContainer(refusingEngine(portOf(server)), "web", { local: true });
    await expect(started).rejects.toMatchObject({
      code: "PORT_IN_USE",
      details: { port: portOf(server), container: "web", reason: "another program listens on it" },
    });
  });

  it("has a port that another container publishes, on whatever machine the engine is", async () => {
    const running = [{ Names: ["/db"], Ports: [{ PrivatePort: 1 }, { PrivatePort: 80, PublicPort: 7 }] }];
    await expect(startContainer(refusingEngine(7, running), "web", { local: false })).rejects.toMatchObject({
      message: "Container `web` could not be started: port 7 is in use (container `db` publishes it)",
    });
  });

  it("fails with the engine's own words when its ports are free", async () => {
    const port = await freePort();
    await expect(startContainer(refusingEngine(port), "web", { local: true })).rejects.toMatchObject({
      message: "The container engine could not start container `web`: no",
    });
  });

  it("is not held against this machine's ports when the engine is elsewhere", async () => {
    await using server = await listen();
    const started = startContainer(refusingEngine(portOf(server)), "web", { local: false });
    await expect(started).rejects.toMatchObject({ code: "ENGINE_FAILED" });
  });
});
