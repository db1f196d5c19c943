/** The lock as people use it: what `up`, `build` and `lock` pin, keep and move while an archive goes on. One story, told in order. */
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type AptRepository, openAptRepository } from "../support/apt-repository.ts";
import { type CliProject, openCliProject } from "../support/cli-project.ts";
import type { CliResult, RunCliOptions } from "../support/run-cli.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";
import { docker } from "../support/test-project.ts";

const name = "locked-by-cli";
/** No network but the engine's socket. */
const offline: RunCliOptions = { prefix: ["unshare", "--net"] };
const inCi: RunCliOptions = { env: { CI: "true" } };

const versions = (version: string) => [
  { name: "tool", version, depends: "tool-data" },
  { name: "tool-data", version },
  { name: "other", version },
];

let repository: AptRepository;
let project: CliProject;
let emptyCache: TemporaryFolder;
beforeAll(async () => {
  repository = await openAptRepository(testHost().arch);
  emptyCache = temporaryFolder();
  repository.publish(versions("1.0"));
  project = openCliProject(name, { "devenv.config.ts": configOf("tool", "other") });
});
afterAll(async () => {
  await project[Symbol.asyncDispose]();
  emptyCache[Symbol.dispose]();
  await repository[Symbol.asyncDispose]();
});

function configOf(...packages: readonly string[]): string {
  return configWith(packages, []);
}

function configWith(packages: readonly string[], commands: readonly string[]): string {
  const layers = [
    `run(${JSON.stringify(repository.useIt)})`,
    `apt(${packages.map((one) => `"${one}"`).join(", ")})`,
    ...commands.map((command) => `run("${command}")`),
  ];
  return `
import { apt, defineConfig, run } from "devenv";
export default defineConfig({
  name: "${name}",
  packages: { snapshot: "${repository.server.url}/snapshot" },
  tasks: { test: "true" },
  image: {
    from: "devenv-test/base:bookworm",
    layers: [${layers.join(", ")}],
  },
});
`;
}

async function succeed(args: readonly string[], options: RunCliOptions = {}): Promise<CliResult> {
  const result = await project.devenv(args, options);
  expect(result, `${args.join(" ")}: ${result.stdout}${result.stderr}`).toMatchObject({ exitCode: 0 });
  return result;
}

async function fail(args: readonly string[], options: RunCliOptions = {}): Promise<{ code: string; message: string }> {
  const [command = "", ...others] = args;
  const { exitCode, stdout } = await project.devenv([command, "--json", ...others], options);
  expect(exitCode).toBe(1);
  return JSON.parse(stdout).error;
}

const lockFile = () => join(project.path, "devenv-lock.json");
const readLock = () => readFileSync(lockFile(), "utf8");

/** What is installed in the image of the environment, as `name version`. */
async function installed(): Promise<readonly string[]> {
  const [{ image }] = (await project.json("build")).environments;
  const words = ["dpkg-query", "-W", "-f", "$" + "{Package} $" + "{Version}\\n", "tool", "tool-data", "other"];
  return (await docker("run", "--rm", image, ...words)).trim().split("\n").sort();
}

it("fails in CI while there is no lock, and writes none", async () => {
  expect(await fail(["up"], inCi)).toMatchObject({
    code: "LOCK_MISSING",
    message: "There is no `devenv-lock.json`, and `image.from` needs a pin for `docker.io/devenv-test/base:bookworm`",
  });
  expect(() => readLock()).toThrow("ENOENT");
});

it("pins what the config asks for at the first up, dependencies too, and says so", async () => {
  const { stderr } = await succeed(["up"]);
  expect(stderr).toContain("4 pins added to devenv-lock.json");
  expect(JSON.parse(readLock()).packages["docker.io/devenv-test/base:bookworm"]).toMatchObject({
    [`linux/${testHost().arch}`]: {
      "apt(other, tool)": {
        tool: {
          version: "1.0",
          archive: "example",
          suite: "stable",
          component: "main",
          path: "pool/main/tool_1.0_all.deb",
        },
        "tool-data": { version: "1.0" },
        other: { version: "1.0" },
      },
    },
  });
  expect(readLock()).not.toContain(repository.server.url);
});

it("installs what is locked after the archive moved on, from the cache or from a snapshot archive", async () => {
  repository.publish(versions("2.0"));
  repository.publish(versions("1.0"), "snapshot/example/");
  await succeed(["build", "--no-cache"], { env: { XDG_CACHE_HOME: emptyCache.path } });
  await succeed(["build", "--no-cache"]);
  expect(await installed()).toEqual(["other 1.0", "tool 1.0", "tool-data 1.0"]);
});

it("notes what the image holds, moves nothing, and then works without network", async () => {
  expect(await fail(["lock", "--check"])).toMatchObject({ code: "LOCK_OUTDATED" });
  expect((await succeed(["lock"])).stdout).toMatch(/^NAME +FROM +TO\nimage of dev +- +[0-9a-f]{12}\n$/);
  for (const args of [["lock", "--check"], ["up"], ["build"], ["exec", "--frozen", "--", "true"]]) {
    await succeed(args, offline);
  }
});

it("moves the named package alone, then all", async () => {
  const { stdout } = await succeed(["lock", "--update", "tool"]);
  expect(stdout).toMatch(/^tool +1\.0 +2\.0$/m);
  expect(await installed()).toEqual(["other 1.0", "tool 2.0", "tool-data 1.0"]);
  expect((await succeed(["lock", "--update"])).stdout).toMatch(/^other +1\.0 +2\.0\ntool-data +1\.0 +2\.0$/m);
  expect(await project.devenv(["lock", "--update", "tol"])).toMatchObject({ exitCode: 2 });
});

it("refuses a container that is not of the locked image", async () => {
  expect(await fail(["exec", "--frozen", "--", "true"])).toMatchObject({
    code: "CONTAINER_STALE",
    message:
      "The container of `dev` is not what the config and the lock describe: the pins in devenv-lock.json changed",
  });
});

it("names the field that drifted when frozen, and leaves the lock alone", async () => {
  writeFileSync(join(project.path, "devenv.config.ts"), configOf("tool"));
  const before = [readLock(), statSync(lockFile()).mtimeMs];
  const stale = {
    code: "LOCK_STALE",
    message: "The lock is stale: `image.layers[1]` is `apt(tool)`, locked as `apt(other, tool)`",
  };
  expect(await fail(["up", "--frozen"])).toMatchObject(stale);
  expect(await fail(["build"], inCi)).toMatchObject(stale);
  expect([readLock(), statSync(lockFile()).mtimeMs]).toEqual(before);
});

it("keeps the pins of what was locked when a layer changes", async () => {
  repository.publish(versions("3.0"));
  await succeed(["build", "--no-frozen"], inCi);
  const { packages } = JSON.parse(readLock());
  const [chains] = Object.values(packages["docker.io/devenv-test/base:bookworm"] as object);
  expect(chains["apt(tool)"]).toMatchObject({ tool: { version: "2.0" }, "tool-data": { version: "2.0" } });
});

it("names the layer that changed when frozen, also where nothing has to be pinned anew", async () => {
  const config = join(project.path, "devenv.config.ts");
  writeFileSync(config, configWith(["tool"], ["true"]));
  await succeed(["lock"]);
  writeFileSync(config, configWith(["tool"], ["true && true"]));
  const stale = {
    code: "LOCK_STALE",
    message: expect.stringMatching(/^The lock is stale: `image.layers\[2\]` is `run \w{12}`, locked as `run \w{12}`$/),
  };
  for (const command of ["up", "build", "ci", "lock --check"]) {
    const words = command.split(" ");
    expect(await fail([...words, ...(command === "lock --check" ? [] : ["--frozen"])]), command).toMatchObject(stale);
  }
  expect((await fail(["verify"])).message).toContain("`image.layers[2]` changed since then");
  await succeed(["build"]);
  await succeed(["up", "--frozen"]);
  expect((await fail(["lock", "--check"])).message).toContain("was built from other inputs");
  writeFileSync(config, configOf("tool"));
  await succeed(["lock"]);
  await succeed(["lock", "--check"]);
});

it("refuses a package set that lost what the layer asks for, and finds it again by its name", async () => {
  const lock = JSON.parse(readLock());
  const [chains] = Object.values(lock.packages["docker.io/devenv-test/base:bookworm"]) as [Record<string, unknown>];
  chains["apt(tool)"] = {};
  writeFileSync(lockFile(), JSON.stringify(lock));
  const { exitCode, stderr } = await project.devenv(["build"]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("devenv-lock.json has no pin for what this layer asks for: tool");
  expect(stderr).toContain("image.layers[1]");
  await succeed(["lock", "--update", "tool"]);
  const [{ image }] = (await project.json("build")).environments;
  expect(await docker("run", "--rm", image, "dpkg-query", "-W", "tool")).toContain("3.0");
});

it("keeps the pins of both sides of a merge conflict", async () => {
  const before = readLock();
  const marked = before.replace("{", '{\n<<<<<<< HEAD\n  "archives": {},\n=======\n  "archives": {},\n>>>>>>> theirs');
  writeFileSync(lockFile(), marked);
  expect(await fail(["up"])).toMatchObject({
    code: "LOCK_CONFLICT",
    message: "Lock file `devenv-lock.json` has a merge conflict in line 2",
  });
  await succeed(["lock"]);
  expect(readLock()).toBe(before);
  rmSync(lockFile());
});
