/** Hooks on the real engine, through the built bundle. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { runCliInTerminal } from "../support/run-cli.ts";
import { openTestProject, type TestProject } from "../support/test-project.ts";

const image = `image: { from: "devenv-test/base:bookworm" },`;

/** What hooks wrote into `log`, a line each. */
function log({ path }: TestProject): readonly string[] {
  return existsSync(join(path, "log")) ? readFileSync(join(path, "log"), "utf8").trim().split("\n") : [];
}

it("runs the create hook once and the start hook at each start", async () => {
  await using project = openTestProject(
    "hookstart",
    `${image} hooks: { create: "echo create >> log", start: "echo start >> log" }, tasks: { t: "echo task >> log" },`,
  );
  const first = await project.devenv(["up"]);
  expect(first.exitCode).toBe(0);
  expect(first.stderr).toMatch(/^dev {2}hook {7}create: echo create >> log( {2}[\d.]+s)?$/m);
  expect(first.stderr).toMatch(/^dev {2}hook {7}start: echo start >> log( {2}[\d.]+s)?$/m);
  expect(log(project)).toEqual(["create", "start"]);

  await project.up();
  expect(log(project)).toEqual(["create", "start"]);

  expect(await project.devenv(["restart"])).toMatchObject({ exitCode: 0, stdout: "" });
  expect(log(project)).toEqual(["create", "start", "start"]);

  await project.devenv(["stop"]);
  expect(await project.up()).toMatchObject({ action: "started", reasons: ["the container is stopped"] });
  await project.devenv(["stop"]);
  expect(await project.devenv(["start"])).toMatchObject({ exitCode: 0, stdout: "" });
  await project.devenv(["stop"]);
  expect(await project.devenv(["exec", "--", "cat", "log"])).toMatchObject({
    exitCode: 0,
    stdout: "create\nstart\nstart\nstart\nstart\nstart\n",
  });
  await project.devenv(["stop"]);
  expect(await project.devenv(["task", "t"])).toMatchObject({ exitCode: 0, stdout: "" });
  expect(log(project).slice(-2)).toEqual(["start", "task"]);
  await project.devenv(["stop"]);
  const shell = await runCliInTerminal(["shell"], { cwd: project.path, stdin: "echo shell >> log; exit 4\n" });
  expect(shell.exitCode).toBe(4);
  expect(log(project).slice(-2)).toEqual(["start", "shell"]);
  expect(log(project).filter((line) => line === "create")).toEqual(["create"]);
});

it("runs hooks as the environment's user, in the workspace", async () => {
  await using project = openTestProject(
    "hookuser",
    `image: { from: "devenv-test/base:bookworm", user: "ada" }, workspace: { target: "/src" },
     hooks: { create: "id -un > who; pwd >> who; echo $GREETING >> who" }, env: { GREETING: "hello" },`,
  );
  execFileSync("chown", ["-R", "0:0", project.path]);
  expect(await project.devenv(["up"])).toMatchObject({ exitCode: 0 });
  expect(readFileSync(join(project.path, "who"), "utf8")).toBe("ada\n/src\nhello\n");
  expect(statSync(join(project.path, "who")).uid).toBe(process.getuid?.());
});

it("stops a list of commands at the first that fails, shows the whole error, and runs it again at the next up", async () => {
  await using project = openTestProject(
    "hooklist",
    `${image}
  hooks: { create: ["echo one >> log", "echo two >> log; echo out; echo err >&2; test -e fixed || exit 3", "echo three >> log"], start: "echo start >> log" },\n`,
  );
  const failed = await project.devenv(["up"]);
  expect(failed).toMatchObject({ exitCode: 1, stdout: "" });
  expect(failed.stderr.slice(failed.stderr.indexOf("error: "))).toMatchInlineSnapshot(`
    "error: Hook \`hooks.create\` (devenv.config.mjs:5:12) failed with exit code 3: \`echo two >> log; echo out; echo err >&2; test -e fixed || exit 3\`
      | out
      | err

    hint: the container is up: look into it with \`devenv shell dev\`; the next \`devenv up\` runs the hook again
    "
  `);
  expect(log(project)).toEqual(["one", "two"]);
  expect(await project.status()).toMatchObject({ state: "running", stale: ["the create hook has not succeeded yet"] });
  const [container, ...others] = await project.containers();
  expect(container?.name).toMatch(/^hooklist-dev-[0-9a-f]{8}\.create$/);
  expect(others).toEqual([]);
  expect(await project.devenv(["exec", "--", "cat", "log"])).toMatchObject({ stdout: "one\ntwo\n" });

  const json = await project.devenv(["up", "--json"]);
  expect(json.exitCode).toBe(1);
  expect(JSON.parse(json.stdout)).toMatchObject({
    error: { code: "HOOK_FAILED", details: { key: "hooks.create", exitCode: 3, output: ["out", "err"] } },
  });

  project.write({ fixed: "" });
  expect(await project.up()).toMatchObject({ action: "started", reasons: ["the create hook has not succeeded yet"] });
  expect(log(project)).toEqual(["one", "two", "one", "two", "one", "two", "three", "start"]);
  expect((await project.containers()).map(({ id }) => id)).toEqual([container?.id]);
  expect(await project.status()).toMatchObject({ stale: [] });
  expect(await project.up()).toMatchObject({ action: "kept" });
  expect(log(project)).toHaveLength(8);
});

it("treats a failing start hook the same, also where `exec` starts the container", async () => {
  await using project = openTestProject(
    "hookfails",
    `${image} hooks: { start: "echo start >> log; test ! -e broken" },`,
  );
  await project.up();
  await project.devenv(["stop"]);
  project.write({ broken: "" });
  const inside = await project.devenv(["exec", "--", "echo", "ran"]);
  expect(inside).toMatchObject({ exitCode: 1, stdout: "" });
  expect(inside.stderr).toContain(
    "error: Hook `hooks.start` failed with exit code 1: `echo start >> log; test ! -e broken`\n",
  );
  expect(await project.status()).toMatchObject({ state: "running", stale: ["the start hook has not succeeded yet"] });
  const started = await project.devenv(["start"]);
  expect(started.exitCode).toBe(1);
  execFileSync("rm", [join(project.path, "broken")]);
  expect(await project.devenv(["start"])).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("is started") });
  expect(log(project)).toEqual(["start", "start", "start", "start"]);
  expect(await project.status()).toMatchObject({ stale: [] });
});

it("runs a named set at once, and shows all that each prints when one fails", async () => {
  // each waits for the other
  const wait = (mine: string, other: string) =>
    `touch ${mine}; for i in $(seq 100); do test -e ${other} && break; sleep 0.1; done; test -e ${other}`;
  await using project = openTestProject(
    "hooksets",
    `${image}
  hooks: {
    create: { web: "${wait("web", "api")}; echo from web", api: "${wait("api", "web")}; echo from api; test -e fixed || exit 7" },
  },\n`,
  );
  const failed = await project.devenv(["up"]);
  expect(failed.exitCode).toBe(1);
  expect(failed.stderr).toMatch(/^dev {2}hook {7}web \| from web$/m);
  expect(failed.stderr).toMatch(/^dev {2}hook {7}api \| from api$/m);
  expect(failed.stderr).toMatch(/^dev {2}hook {7}failed( {2}[\d.]+s)?$/m);
  expect(failed.stderr).toContain("failed with exit code 7");
  project.write({ fixed: "" });
  const done = await project.devenv(["up"]);
  expect(done.exitCode).toBe(0);
  expect(done.stderr).toMatch(/^dev {2}hook {7}create: web, api( {2}[\d.]+s)?$/m);
});

it("shows a hook with its time and its last line while it runs, on a terminal", async () => {
  await using project = openTestProject("hooklive", `${image} hooks: { create: "echo working; sleep 1.5" },`);
  const { stdout, exitCode } = await runCliInTerminal(["up"], { cwd: project.path, columns: 100 });
  expect(exitCode).toBe(0);
  const screen = stripVTControlCharacters(stdout);
  expect(screen).toMatch(/^ +working\s*$/m);
  expect(screen).toMatch(/✔ hook {7}create: echo working; sleep 1\.5 +[12]\.\ds/);
});

it.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("ends what a hook has started when %s comes, and runs the hook again", async (signal, exitCode) => {
  await using project = openTestProject(
    `hook${signal.toLowerCase()}`,
    `${image}
     hooks: { create: "echo begun >> log; echo begun; test -e fixed || sh -c 'sleep 777; echo late >> log'; echo done >> log" },`,
  );
  const ended = await project.devenv(["up"], {
    onStart: (running) => void running.printed("begun").then(() => running.kill(signal)),
  });
  expect(ended).toMatchObject({ exitCode, stdout: "" });
  expect(ended.stderr).toContain(`error: Interrupted by ${signal}`);
  const processes = await project.devenv(["exec", "--", "sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"]);
  expect(processes.stdout).not.toContain("sleep 777");
  project.write({ fixed: "" });
  expect(await project.up()).toMatchObject({ action: "started" });
  expect(log(project)).toEqual(["begun", "begun", "done"]);
});
