import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { credentialsFor, registryAuthHeader } from "../../../../src/host/registry/credentials.ts";
import { type TestHostOptions, testHost } from "../../../support/test-host.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "devenv-test-"));
  mkdirSync(join(home, ".docker"));
});
afterEach(() => rmSync(home, { recursive: true }));

const basic = (pair: string) => ({ auth: Buffer.from(pair).toString("base64") });

function ask(registry: string, config: object, programs: NonNullable<TestHostOptions["programs"]> = {}) {
  writeFileSync(join(home, ".docker/config.json"), JSON.stringify(config));
  return credentialsFor(registry, testHost({ home, env: {}, programs }));
}

const helper =
  (answer: string, exitCode = 0) =>
  () => ({ exitCode, stdout: answer, stderr: "" });

describe("credentialsFor", () => {
  it.each([
    { registry: "registry.example:5000", key: "registry.example:5000" },
    { registry: "registry.example", key: "https://registry.example" },
    { registry: "registry.example", key: "https://registry.example/v2/" },
    { registry: "docker.io", key: "https://index.docker.io/v1/" },
    { registry: "registry-1.docker.io", key: "https://index.docker.io/v1/" },
  ])("finds a login at $registry stored as $key", async ({ registry, key }) => {
    expect(await ask(registry, { auths: { [key]: basic("me:pass:word") } })).toEqual({
      username: "me",
      secret: "pass:word",
    });
  });

  it("finds nothing without a configuration, without a login, and for another registry", async () => {
    expect(await credentialsFor("docker.io", testHost({ home, env: {} }))).toBeUndefined();
    expect(await ask("registry.example", { auths: { "registry.example": {} } })).toBeUndefined();
    expect(await ask("registry.example", { auths: { "other.example": basic("me:secret") } })).toBeUndefined();
  });

  it("gives an identity token without a user name", async () => {
    const auths = { "registry.example": { ...basic("me:x"), identitytoken: "token" } };
    expect(await ask("registry.example", { auths })).toEqual({ username: "", secret: "token" });
  });

  it("asks the registry's own helper, then the store for all, by the stored name", async () => {
    const asked: (string | undefined)[] = [];
    const programs = {
      "docker-credential-own": helper('{"Username":"me","Secret":"own"}'),
      "docker-credential-all": (args: readonly string[], input: string | undefined) => {
        asked.push(args.join(" "), input);
        return helper('{"Username":"<token>","Secret":"all"}')();
      },
    };
    const config = { credsStore: "all", credHelpers: { "registry.example": "own" } };
    expect(await ask("registry.example", config, programs)).toEqual({ username: "me", secret: "own" });
    expect(await ask("docker.io", config, programs)).toEqual({ username: "", secret: "all" });
    expect(asked).toEqual(["get", "https://index.docker.io/v1/"]);
  });

  it("knows no login when the helper knows none or is not installed", async () => {
    const config = { credsStore: "desktop" };
    const refusing = { "docker-credential-desktop": helper("credentials not found", 1) };
    expect(await ask("docker.io", config, refusing)).toBeUndefined();
    expect(await ask("docker.io", config)).toBeUndefined();
  });

  it("repeats nothing of what a broken helper printed", async () => {
    const programs = { "docker-credential-odd": helper("secret=hunter2") };
    const error: Error = await ask("docker.io", { credsStore: "odd" }, programs).catch((reason) => reason);
    expect(error.cause).toBeUndefined();
    expect(error).toMatchObject({
      code: "CREDENTIALS_UNREADABLE",
      message: "The credential helper `docker-credential-odd` did not answer with JSON",
    });
  });
});

describe("registryAuthHeader", () => {
  it.each([
    { credentials: { username: "me", secret: "ÿ?>" }, expected: { username: "me", password: "ÿ?>" } },
    { credentials: { username: "", secret: "token" }, expected: { identitytoken: "token" } },
  ])("is URL-safe base64 of $expected", ({ credentials, expected }) => {
    const header = registryAuthHeader("registry.example", credentials);
    expect(header).toMatch(/^[\w-]+$/);
    expect(JSON.parse(Buffer.from(header, "base64url").toString())).toEqual({
      ...expected,
      serveraddress: "registry.example",
    });
  });
});
