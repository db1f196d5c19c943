import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Agent as HttpsAgent } from "node:https";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../../../../src/digest.ts";
import { discoverEndpoint } from "../../../../src/engine/docker/discover.ts";
import { modemOptions } from "../../../../src/engine/docker/modem-options.ts";
import { testHost } from "../../../support/test-host.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "devenv-test-"));
});
afterEach(() => rmSync(home, { recursive: true }));

function write(path: string, content: object | string): void {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
}

function writeContext(name: string, docker: object): void {
  write(`.docker/contexts/meta/${sha256(name)}/meta.json`, { Name: name, Endpoints: { docker } });
}

const agentOptions = (agent: object) => (agent as HttpsAgent).options;

const discover = (env: Record<string, string> = {}, platform: NodeJS.Platform = "linux") => {
  const endpoint = discoverEndpoint(testHost({ home, env, platform }));
  return { ...endpoint, options: modemOptions(endpoint) };
};

describe("DOCKER_HOST", () => {
  it.each([
    { address: "unix:///run/x.sock", local: true, options: { socketPath: "/run/x.sock", host: undefined } },
    { address: "npipe:////./pipe/docker_engine", local: true, options: { socketPath: "//./pipe/docker_engine" } },
    { address: "tcp://10.0.0.1", local: false, options: { host: "10.0.0.1", port: 2375, protocol: "http" } },
    { address: "tcp://[::1]:99", local: true, options: { host: "[::1]", port: 99, protocol: "http" } },
    { address: "build.example:2375", local: false, options: { host: "build.example", port: 2375 } },
    {
      address: "https://build.example",
      local: false,
      options: { host: "build.example", port: 2376, protocol: "https" },
    },
    { address: "ssh://me@build.example", local: false, options: { host: "docker", protocol: "http" } },
  ])("may be $address", ({ address, local, options }) => {
    expect(discover({ DOCKER_HOST: address })).toMatchObject({ address, local, options });
  });

  it.each([
    { address: "carrier-pigeon://x", reason: "`carrier-pigeon://` is not a scheme of a container engine" },
    { address: "tcp://host:port", reason: "it is not a valid address" },
  ])("may not be $address", ({ address, reason }) => {
    expect(() => discover({ DOCKER_HOST: address })).toThrow(
      `No container engine answers at \`${address}\`: ${reason}`,
    );
  });

  it("uses TLS when asked to, with the certificates of DOCKER_CERT_PATH", () => {
    for (const name of ["ca", "cert", "key"]) write(`certs/${name}.pem`, name);
    const env = { DOCKER_HOST: "tcp://build.example:2376", DOCKER_CERT_PATH: join(home, "certs") };
    expect(discover(env).options.protocol).toBe("http");
    const { options } = discover({ ...env, DOCKER_TLS_VERIFY: "1" });
    expect(options).toMatchObject({ protocol: "https", port: 2376 });
    expect(agentOptions(options.agent)).toMatchObject({
      ca: Buffer.from("ca"),
      cert: Buffer.from("cert"),
      key: Buffer.from("key"),
    });
    expect(agentOptions(options.agent)).not.toHaveProperty("rejectUnauthorized");
    expect(agentOptions(discover({ ...env, DOCKER_TLS: "1" }).options.agent)).toMatchObject({
      rejectUnauthorized: false,
    });
  });

  it("wins over a context", () => {
    const env = { DOCKER_HOST: "tcp://10.0.0.1:1", DOCKER_CONTEXT: "none" };
    expect(discover(env).address).toBe("tcp://10.0.0.1:1");
  });
});

describe("a Docker context", () => {
  it("is the one that Docker's configuration names", () => {
    write(".docker/config.json", { currentContext: "desktop-linux" });
    writeContext("desktop-linux", { Host: "unix:///home/me/.docker/desktop.sock" });
    expect(discover().address).toBe("unix:///home/me/.docker/desktop.sock");
  });

  it("is the one that DOCKER_CONTEXT names, before that of the configuration", () => {
    write(".docker/config.json", { currentContext: "desktop-linux" });
    writeContext("other", { Host: "ssh://me@build.example" });
    expect(discover({ DOCKER_CONTEXT: "other" }).address).toBe("ssh://me@build.example");
  });

  it("brings its own certificates", () => {
    writeContext("remote", { Host: "tcp://build.example:2376", SkipTLSVerify: true });
    write(`.docker/contexts/tls/${sha256("remote")}/docker/ca.pem`, "ca");
    const { options } = discover({ DOCKER_CONTEXT: "remote" });
    expect(agentOptions(options.agent)).toMatchObject({ ca: Buffer.from("ca"), rejectUnauthorized: false });
  });

  it("is looked for in DOCKER_CONFIG", () => {
    write("elsewhere/config.json", { currentContext: "default" });
    expect(() => discover({ DOCKER_CONFIG: join(home, "elsewhere"), DOCKER_CONTEXT: "lost" })).toThrow(
      "No container engine answers at `lost`: there is no Docker context `lost`",
    );
  });

  it("cannot be read from a broken configuration, which is named", () => {
    write(".docker/config.json", "{ broken");
    expect(() => discover()).toThrow(
      `Docker's configuration \`${join(home, ".docker/config.json")}\` could not be read: `,
    );
  });
});

describe("without DOCKER_HOST and context", () => {
  it("takes the pipe of Docker on Windows", () => {
    expect(discover({}, "win32").address).toBe("npipe:////./pipe/docker_engine");
  });

  it("names a socket that exists, or that of Docker", () => {
    expect(discover().address).toMatch(/^unix:\/\/\/(var\/run\/docker|run\/podman\/podman)\.sock$/);
  });
});
