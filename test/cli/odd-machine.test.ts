/** devenv on a machine that is not as it should be, through the built bundle; no engine is needed. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const config = 'export default { name: "odd", image: "devenv-test/base:bookworm" };';

it.each([
  ["no home", { HOME: undefined }],
  ["an empty home", { HOME: "" }],
  ["a home that is no absolute path", { HOME: "relative" }],
  ["a home that is no folder", { HOME: "/dev/null/home" }],
])("reads a config with %s, and leaves nothing in the project", async (_what, env) => {
  using folder = temporaryFolder({ "devenv.config.mjs": config });
  const { stdout, stderr } = await runCli(["config", "--json"], { cwd: folder.path, env });
  expect(stderr).not.toMatch(/defect|\n\s+at /);
  expect(JSON.parse(stdout).name).toBe("odd");
  expect([".cache", "relative"].filter((name) => existsSync(join(folder.path, name)))).toEqual([]);
});

it.each(["up", "build", "lock"])("tells %s that a home is read-only, and calls it no defect", async (command) => {
  using folder = temporaryFolder({ "devenv.config.mjs": config, home: null });
  const home = join(folder.path, "home");
  const mounted = `mount -t tmpfs -o ro none ${home} && exec "$0" "$@"`;
  const { exitCode, stderr } = await runCli([command], {
    cwd: folder.path,
    prefix: ["unshare", "--map-root-user", "--mount", "sh", "-c", mounted],
    env: { HOME: home, XDG_STATE_HOME: "", XDG_CACHE_HOME: "", DOCKER_HOST: "unix:///nowhere.sock" },
  });
  expect(stderr).toContain(`\`${home}/.cache`);
  expect(stderr).toContain("read-only file system (EROFS)");
  expect(exitCode).toBe(1);
});

it("says that the folder is gone in which it was started, and works elsewhere", () => {
  using folder = temporaryFolder({ "project/devenv.config.mjs": config });
  const gone = join(folder.path, "gone");
  const run = (args: string) => {
    mkdirSync(gone);
    const line = `cd ${gone} && rmdir ${gone} && exec ${process.execPath} ${main} ${args}`;
    const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", line], { encoding: "utf8" });
    return { status, stdout, stderr };
  };
  expect(run("config")).toMatchObject({
    status: 2,
    stderr: expect.stringContaining(`error: There is no folder \`${gone}\``),
  });
  expect(run("--help").status).toBe(0);
  expect(run(`--cwd ${join(folder.path, "project")} config --json`)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('"odd"'),
  });
});
