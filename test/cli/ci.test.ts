/** `devenv ci` on the real engine: a container for one run, of which nothing stays. */
import { chmodSync, globSync, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { sha256 } from "../../src/digest.ts";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import { projectLabel } from "../../src/plan/labels.ts";
import { lockOfTestBase } from "../support/locks.ts";
import { removeProject } from "../support/remove-project.ts";
import { type CliResult, type RunCliOptions, runCli } from "../support/run-cli.ts";
import { type Tree, temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";

const engine = connectEngine(testHost());

const config = (name: string, more: string) => `
import { defineConfig, run } from "devenv";
export default defineConfig({
  name: "${name}",
  image: { from: "devenv-test/base:bookworm", layers: [run("useradd --create-home ada")], user: "ada" },
  ${more}
});
`;

/** `ci` never writes it. */
const lockfile = await lockOfTestBase(engine);

function openProject(name: string, more: string, files: Tree = {}) {
  const folder = temporaryFolder({
    "devenv.config.ts": config(name, more),
    "devenv-lock.json": lockfile,
    ...files,
  });
  return {
    ...folder,
    ci: (args: readonly string[] = [], options: RunCliOptions = {}) =>
      runCli(["ci", ...args], { cwd: folder.path, ...options }),
    devenv: (...args: string[]) => runCli(args, { cwd: folder.path }),
    containers: async () => (await engine.containers.list({ [projectLabel]: name })).map((one) => one.name),
    [Symbol.asyncDispose]: async () => {
      await removeProject(name);
      folder[Symbol.dispose]();
    },
  };
}

/** Durations are left out. */
const log = ({ stderr }: CliResult) => stderr.replaceAll(/ {2}(\d+m )?[\d.]+s$/gm, "").replaceAll(/\d+\.\ds/g, "TIME");

/** Everything that a write would change. */
function fingerprint(root: string): string {
  const paths = globSync("**/{*,.*}", { cwd: root }).concat(".").sort();
  const lines = paths.map((path) => {
    const place = join(root, path);
    const { mode, mtimeMs, ctimeMs, ino } = lstatSync(place);
    const content = lstatSync(place).isFile() ? sha256(readFileSync(place)) : "";
    return [path, mode, mtimeMs, ctimeMs, ino, content].join(" ");
  });
  return lines.join("\n");
}

it("runs hooks and the task with what it depends on in a copy of the workspace, and leaves nothing", async () => {
  await using project = openProject(
    "ci-whole",
    `workspace: { target: "/src", volumes: ["node_modules"] },
     env: { COLOUR: "blue" },
     ports: [3000],
     hooks: { create: "echo created > made; touch node_modules/x", start: "echo started" },
     tasks: {
       prepare: "echo preparing; cat made; ls node_modules; ls -A nested; grep -o 'volumes/[0-9a-f]*/' /proc/self/mountinfo >&2",
       test: { command: "id -un; stat -c '%U %a %n' . run.sh nested link .git/HEAD; readlink link; ./run.sh; echo $COLOUR $CI; echo err >&2; exit 3", dependsOn: ["prepare"] },
     },`,
    {
      "run.sh": { text: "#!/bin/sh\necho ran > written && cat written\n", mode: 0o750 },
      link: { link: "run.sh" },
      "nested/deep/file": "f\n",
      "node_modules/host-only": "h\n",
      ".git/HEAD": { text: "ref: refs/heads/main\n", mode: 0o600 },
    },
  );
  const before = fingerprint(project.path);
  const result = await project.ci();
  expect(fingerprint(project.path)).toBe(before);
  expect(result).toMatchObject({
    exitCode: 3,
    stdout: `preparing
created
x
deep
ada
ada 700 .
ada 750 run.sh
ada 755 nested
ada 777 link
ada 600 .git/HEAD
run.sh
ran
blue true
`,
  });
  const [, volume = ""] = /^volumes\/(\w{64})\/$/m.exec(result.stderr) ?? [];
  const [image = "", ...lines] = log(result)
    .replace(/^volumes.*\n/m, "")
    .split("\n");
  expect(image).toMatch(/^dev {2}image {6}ci-whole\/dev:[0-9a-f]{12} {2}built$/);
  expect(lines).toEqual([
    "dev  container  created for this run",
    "dev  workspace  copied to /src",
    "dev  hook       create: echo created > made; touch node_modules/x",
    "dev  hook       | started",
    "dev  hook       start: echo started",
    "dev  task       running prepare",
    "dev  task       prepare",
    "dev  task       running test",
    "err",
    "dev  task       test  exit code 3",
    "ci: task test ended with exit code 3 in TIME",
    "",
  ]);
  expect(await project.containers()).toEqual([]);
  expect(volume).not.toBe("");
  expect((await engine.volumes.list({})).map(({ name }) => name)).not.toContain(volume);
});

it("prints one document with --json, and the task's output on stderr", async () => {
  await using project = openProject(
    "ci-json",
    `secrets: { TOKEN: { env: "CI_TOKEN", as: "env" } },
     tasks: { ci: "cat /run/secrets/TOKEN | wc -c; printf %s $TOKEN | wc -c", test: "echo test" },`,
  );
  const { exitCode, stdout, stderr } = await project.ci(["--json", "--quiet"], { env: { CI_TOKEN: "unicorn" } });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "7\n7\n" });
  const result = JSON.parse(stdout);
  expect(result).toEqual({
    project: "ci-json",
    environment: "dev",
    task: "ci",
    exitCode: 0,
    durationMs: expect.any(Number),
    image: `localhost/ci-json/dev:${result.fingerprint}`,
    fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

it("needs no checkout that can be written, and does not count as the environment's container", async () => {
  await using project = openProject("ci-read-only", `tasks: { test: "cat a.txt && touch new" },`, {
    "a.txt": { text: "a\n", mode: 0o444 },
  });
  chmodSync(project.path, 0o555);
  const [first, second] = await Promise.all([project.ci(["test"]), project.ci(["test"])]);
  expect([first, second]).toMatchObject([
    { exitCode: 0, stdout: "a\n" },
    { exitCode: 0, stdout: "a\n" },
  ]);
  const status = JSON.parse((await project.devenv("status", "--json")).stdout);
  expect(status).toMatchObject({ environments: [{ state: "absent" }], leftovers: [] });
  chmodSync(project.path, 0o755);
});

it("leaves nothing behind and exits 1 where a hook fails", async () => {
  await using project = openProject("ci-hook", `hooks: { create: "echo no; exit 9" }, tasks: { test: "true" },`);
  const result = await project.ci();
  expect(result).toMatchObject({ exitCode: 1, stdout: "" });
  expect(result.stderr.slice(result.stderr.indexOf("error:"))).toBe(
    `error: Hook \`hooks.create\` (devenv.config.ts:6:12) failed with exit code 9: \`echo no; exit 9\`
  | no

hint: \`devenv up dev\` runs the same hook in a container that stays
`,
  );
  expect(await project.containers()).toEqual([]);
});

it.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("removes everything at %s and exits %i", async (signal, exitCode) => {
  await using project = openProject("ci-signal", `tasks: { test: "echo begun; sleep 600" },`);
  const result = await project.ci([], {
    onStart: (running) => void running.printed("begun\n").then(() => running.kill(signal)),
  });
  expect(result).toMatchObject({ exitCode, stdout: "begun\n" });
  expect(result.stderr).toContain(`error: Interrupted by ${signal}\n`);
  expect(await project.containers()).toEqual([]);
});

it("removes what a killed run left, and leaves alone a run that is in progress", async () => {
  await using project = openProject("ci-killed", `tasks: { wait: "echo begun; sleep 600", test: "true" },`);
  const killed = await project.ci(["wait"], {
    onStart: (running) => void running.printed("begun\n").then(() => running.kill("SIGKILL")),
  });
  expect(killed).toMatchObject({ signal: "SIGKILL" });
  const [left = ""] = await project.containers();
  expect(left).toMatch(/^ci-killed-dev-ci-[0-9a-f]{8}$/);

  const began = Promise.withResolvers<{ kill(signal: NodeJS.Signals): void }>();
  const waiting = project.ci(["wait"], {
    onStart: (running) => void running.printed("begun\n").then(() => began.resolve(running)),
  });
  const running = await began.promise;
  expect(await project.containers()).toHaveLength(1);
  expect(await project.containers()).not.toContain(left);
  expect(await project.ci()).toMatchObject({ exitCode: 0 });
  expect(await project.containers()).toHaveLength(1);
  running.kill("SIGTERM");
  expect(await waiting).toMatchObject({ exitCode: 143 });
  expect(await project.containers()).toEqual([]);
});

it("says which tasks there are when none is usual, and what it could not read", async () => {
  await using project = openProject("ci-none", `tasks: { lint: "true", dev: "true" },`);
  expect(await project.ci()).toMatchObject({
    exitCode: 1,
    stderr:
      "error: `devenv ci` runs the task `ci`, else `test`, and the config has neither; it has `lint`, `dev`\n\nhint: name one: `devenv ci lint`\n",
  });
  expect(await project.ci(["nope"])).toMatchObject({
    exitCode: 1,
    stderr:
      "error: There is no task `nope`; the config has `lint`, `dev`\n\nhint: run `devenv task` to see the tasks\n",
  });
});
