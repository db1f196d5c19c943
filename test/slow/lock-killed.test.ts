/** Commands that are killed while they lock: the lock is the old or the new one, and the next command works. One story. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type AptRepository, openAptRepository } from "../support/apt-repository.ts";
import { type CliProject, openCliProject } from "../support/cli-project.ts";
import { openEngineProxy } from "../support/engine-proxy.ts";
import type { CliResult, RunCliOptions } from "../support/run-cli.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";

const name = "lock-killed";
const config = (useIt: string) => `import { apt, defineConfig, run } from "devenv";
export default defineConfig({
  name: "${name}",
  image: { from: "devenv-test/base:bookworm", layers: [run(${JSON.stringify(useIt)}), apt("tool")] },
});
`;

/** Loaded before devenv: the process is killed before or after the lock is put in its place. */
const killer = `
import promises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
const { rename } = promises;
promises.rename = async (from, to) => {
  if (!String(to).endsWith("devenv-lock.json")) return rename(from, to);
  if (process.env.TEST_KILL === "after") await rename(from, to);
  process.kill(process.pid, "SIGKILL");
  await new Promise(() => {});
};
syncBuiltinESMExports();
`;

let repository: AptRepository;
let project: CliProject;
let tools: TemporaryFolder;
beforeAll(async () => {
  repository = await openAptRepository(testHost().arch);
  repository.publish([{ name: "tool", version: "1.0" }]);
  project = openCliProject(name, { "devenv.config.ts": config(repository.useIt) });
  tools = temporaryFolder({ "killer.mjs": killer });
});
afterAll(async () => {
  await project[Symbol.asyncDispose]();
  tools[Symbol.dispose]();
  await repository[Symbol.asyncDispose]();
});

const timeoutMs = 200_000;
const run = (args: readonly string[], options: RunCliOptions = {}): Promise<CliResult> =>
  project.devenv(args, { timeoutMs, ...options });

async function killWhileWriting(args: readonly string[], moment: "before" | "after"): Promise<void> {
  const nodeOptions = ["--import", join(tools.path, "killer.mjs")];
  const result = await run(args, { nodeOptions, env: { TEST_KILL: moment } });
  expect(result, result.stderr).toMatchObject({ exitCode: null, signal: "SIGKILL" });
}

async function succeed(...args: string[]): Promise<void> {
  const result = await run(args);
  expect(result, result.stderr).toMatchObject({ exitCode: 0 });
}

const lockFile = () => join(project.path, "devenv-lock.json");
const readLock = () => readFileSync(lockFile(), "utf8");
const lockedVersion = () => /"version": "(\d\.\d)"/.exec(readLock())?.[1];
const expectNothingLeft = () =>
  expect(readdirSync(project.path).sort()).toEqual(["devenv-lock.json", "devenv.config.ts"]);

it("leaves no lock and nothing beside it when `lock` is killed while it resolves", async () => {
  await using proxy = await openEngineProxy();
  const held = proxy.hold((request) => /^POST \S*\/build\b/.test(request));
  const result = await run(["lock"], {
    env: { DOCKER_HOST: proxy.address },
    onStart: (running) =>
      void held.reached.then(() => {
        running.kill("SIGKILL");
        held.drop();
      }),
  });
  expect(result.signal).toBe("SIGKILL");
  expect(readdirSync(project.path)).toEqual(["devenv.config.ts"]);
});

it("has the whole lock after the `up` that follows one which was killed while it wrote", async () => {
  await killWhileWriting(["up"], "before");
  expect(existsSync(lockFile())).toBe(false);
  await succeed("up");
  expect(lockedVersion()).toBe("1.0");
  expectNothingLeft();
});

it("keeps the old lock, byte for byte, and the next `up` takes away what lies beside it", async () => {
  repository.publish([{ name: "tool", version: "2.0" }]);
  const old = readLock();
  await killWhileWriting(["lock", "--update"], "before");
  expect(readLock()).toBe(old);
  expect(readdirSync(project.path)).toHaveLength(3);
  await succeed("up");
  expect(readLock()).toBe(old);
  expectNothingLeft();
});

it("has the new lock whole once it is in its place", async () => {
  await killWhileWriting(["lock", "--update"], "after");
  expect(lockedVersion()).toBe("2.0");
  const written = readLock();
  await succeed("lock", "--check");
  await succeed("lock");
  expect(readLock()).toBe(written);
  expectNothingLeft();
});
