/** One environment from its first `up` to its `down`, through the built bundle and on the real engine. */
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { removeProject } from "../support/remove-project.ts";
import { runCli, runCliInTerminal } from "../support/run-cli.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

interface Parts {
  readonly command?: string;
  readonly env?: string;
  readonly name?: string;
}

const config = ({ command = "echo one > /made", env = "development", name = "life" }: Parts = {}) => `
import { copy, defineConfig, run } from "devenv";
export default defineConfig({
  name: "${name}",
  environments: {
    dev: {
      image: { from: "devenv-test/base:bookworm", layers: [copy("a.txt", "/opt/"), run("${command}")] },
      env: { NODE_ENV: "${env}" },
      tasks: { first: "echo first >> log", second: { command: "echo second >> log; cat log", dependsOn: ["first"] } },
    },
  },
});
`;

/** A project whose containers and images are gone afterwards. */
function openProject(
  parts: Parts = {},
): TemporaryFolder & { devenv: (...args: string[]) => ReturnType<typeof runCli> } & AsyncDisposable {
  const folder = temporaryFolder({ "devenv.config.ts": config(parts), "a.txt": "a\n", "sub/b.txt": "b\n" });
  const devenv = (...args: string[]) => runCli(args, { cwd: folder.path });
  return {
    ...folder,
    devenv,
    [Symbol.asyncDispose]: async () => {
      await removeProject(parts.name ?? "life");
      folder[Symbol.dispose]();
    },
  };
}

it("creates, keeps, recreates with its reasons, and removes", async () => {
  await using project = openProject();
  const upJson = async () => JSON.parse((await project.devenv("up", "--json")).stdout).environments[0];

  await project.devenv("config");
  expect(JSON.parse((await project.devenv("status", "--json")).stdout).environments[0]).toMatchObject({
    state: "absent",
  });
  const created = await upJson();
  expect(created).toMatchObject({ name: "dev", action: "created", state: "running", health: "none", ports: [] });
  expect(created.image).toBe(`localhost/life/dev:${created.fingerprint}`);

  expect(await project.devenv("up")).toEqual({
    exitCode: 0,
    signal: null,
    stdout: "",
    stderr: "life · dev is up to date\n",
  });
  project.write({ "devenv.config.ts": `// a comment\n\n${config()}` });
  expect(await upJson()).toMatchObject({ action: "kept", container: created.container });

  project.write({ "devenv.config.ts": config({ env: "test" }) });
  const { stdout } = await project.devenv("status", "--json");
  expect(JSON.parse(stdout).environments[0]).toMatchObject({ stale: ["env.NODE_ENV changed"] });
  expect(await upJson()).toMatchObject({ action: "recreated", reasons: ["env.NODE_ENV changed"] });

  project.write({ "devenv.config.ts": config({ env: "test", command: "echo two > /made" }) });
  expect(await upJson()).toMatchObject({ action: "recreated", reasons: ["image: layers[1] changed"] });
  expect((await project.devenv("exec", "--", "cat", "/made", "/opt/a.txt")).stdout).toBe("two\na\n");

  project.write({ "a.txt": "b\n" });
  expect(await upJson()).toMatchObject({ action: "recreated", reasons: ["image: layers[0] changed"] });

  expect(JSON.parse((await project.devenv("down", "--json")).stdout)).toEqual({
    project: "life",
    removed: [created.container],
    volumes: [],
  });
  const removed = JSON.parse((await project.devenv("down", "--volumes", "--json")).stdout);
  expect(removed).toMatchObject({ removed: [], volumes: [expect.stringMatching(/^life-dev-[0-9a-f]{8}-history-/)] });
});

it("mounts a workspace anew whose folder was deleted and cloned again", async () => {
  await using project = openProject({ name: "cloned" });
  await project.devenv("up");
  renameSync(project.path, `${project.path}-old`);
  mkdirSync(project.path);
  project.write({ "devenv.config.ts": config({ name: "cloned" }), "a.txt": "a\n", "new.txt": "new\n" });
  try {
    const [again] = JSON.parse((await project.devenv("up", "--json")).stdout).environments;
    expect(again).toMatchObject({ action: "recreated", reasons: ["the workspace's folder changed"] });
    expect((await project.devenv("exec", "--", "cat", "new.txt")).stdout).toBe("new\n");
  } finally {
    rmSync(`${project.path}-old`, { recursive: true });
  }
});

it("runs commands inside as if they were local", async () => {
  await using project = openProject({ name: "inside" });
  await project.devenv("up");
  const exec = (...command: string[]) => project.devenv("exec", "--", ...command);

  expect(await exec("sh", "-c", "exit 37")).toMatchObject({ exitCode: 37 });
  expect(await exec("sh", "-c", "echo out; echo err >&2")).toMatchObject({ stdout: "out\n", stderr: "err\n" });
  expect((await runCli(["exec", "--", "cat"], { cwd: project.path, stdin: "piped" })).stdout).toBe("piped");
  expect((await runCli(["exec", "--", "cat", "b.txt"], { cwd: join(project.path, "sub") })).stdout).toBe("b\n");
  expect((await exec("sh", "-c", "echo $NODE_ENV; touch made-inside")).stdout).toBe("development\n");
  expect(readFileSync(join(project.path, "made-inside"), "utf8")).toBe("");

  // Docker 20.10 learns the size just after the start
  const whenSized = 'while [ "$(stty size)" = "0 0" ]; do sleep 0.1; done; stty size';
  const terminal = await runCliInTerminal(["exec", "--", "sh", "-c", whenSized], {
    cwd: project.path,
    columns: 97,
    rows: 31,
  });
  expect(terminal.stdout).toContain("31 97");
  const shell = await runCliInTerminal(["shell"], { cwd: project.path, stdin: "exit 5\n" });
  expect(shell.exitCode).toBe(5);

  const command = [
    "exec",
    "--",
    "sh",
    "-c",
    "trap 'echo caught; exit 9' TERM; echo ready; while :; do sleep 0.1; done",
  ];
  const onStart = (running: { kill(signal: NodeJS.Signals): void; printed(text: string): Promise<void> }) =>
    void running.printed("ready").then(() => running.kill("SIGTERM"));
  expect(await runCli(command, { cwd: project.path, onStart })).toMatchObject({
    exitCode: 9,
    stdout: "ready\ncaught\n",
  });

  expect(await project.devenv("task", "second")).toMatchObject({ exitCode: 0, stdout: "first\nsecond\n" });
});

it("leaves nothing behind when Ctrl-C ends a build, and builds on the next up", async () => {
  // a command of an earlier run would come from the build cache at once
  const command = `echo building; sleep 3; echo ${randomUUID()} > /made`;
  await using project = openProject({ name: "interrupted", command });
  const ended = await runCli(["up", "--verbose"], {
    cwd: project.path,
    onStart: (running) => void running.printed("building").then(() => running.kill("SIGINT")),
  });
  expect(ended.exitCode).toBe(130);
  expect(JSON.parse((await project.devenv("status", "--json")).stdout).environments[0].state).toBe("absent");
  expect(JSON.parse((await project.devenv("up", "--json")).stdout).environments[0].action).toBe("created");
});

it("builds the layers that two environments share once", async () => {
  const shared = 'run("head -c 8 /dev/urandom | od -An -tx1 > /random")';
  await using project = openProject({ name: "shared" });
  project.write({
    "devenv.config.ts": `import { defineConfig, run } from "devenv";
const image = (command: string) => ({ from: "devenv-test/base:bookworm", layers: [${shared}, run(command)] });
export default defineConfig({
  name: "shared",
  environments: { one: { image: image("echo 1") }, two: { image: image("echo 2") } },
});
`,
  });
  expect(await project.devenv("up")).toMatchObject({ exitCode: 0 });
  const [one, two] = [
    await project.devenv("exec", "one", "--", "cat", "/random"),
    await project.devenv("exec", "two", "--", "cat", "/random"),
  ];
  expect(one.stdout).toMatch(/^( [0-9a-f]{2}){8}\n$/);
  expect(two.stdout).toBe(one.stdout);
  expect(await project.devenv("exec", "--", "true")).toMatchObject({
    exitCode: 2,
    stderr: "error: Several environments are up: `one`, `two`\n\nhint: name one: `devenv exec one -- COMMAND`\n",
  });
});
