/** What becomes of a command inside when devenv is signalled or killed, through the built bundle and on the real engine. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { removeProject } from "../support/remove-project.ts";
import { type RunCliOptions, runCli, runCliInTerminal } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Of no other process: the argument of `sleep` tells the tests' own. */
const config = `
import { defineConfig } from "devenv";
export default defineConfig({
  name: "signals",
  image: { from: "devenv-test/base:bookworm", layers: [], user: "root" },
  tasks: {
    pipe: "echo ready; sleep 98701 | sleep 98702; echo not reached",
    first: "trap 'exit 0' INT; echo ready; while :; do sleep 0.1; done",
    second: { command: "echo not reached", dependsOn: ["first"] },
    deaf: "trap '' INT TERM; echo ready; sleep 98703; sleep 98704",
    left: "(trap '' TERM; echo ready; sleep 98705) >&2 & wait",
  },
});
`;
const folder = temporaryFolder({ "devenv.config.mjs": config });
const cwd = folder.path;
const devenv = (args: readonly string[], options: RunCliOptions = {}) => runCli(args, { cwd, ...options });

beforeAll(async () => {
  expect(await devenv(["up"])).toMatchObject({ exitCode: 0 });
});

afterAll(async () => {
  await removeProject("signals");
  folder[Symbol.dispose]();
});

/** Sends these signals, each after a pause, once the command inside says that it is ready. */
function sending(...signals: readonly NodeJS.Signals[]): Pick<RunCliOptions, "onStart"> {
  return {
    async onStart(running) {
      await running.printed("ready");
      for (const [index, signal] of signals.entries()) {
        // further apart than what counts as one press
        if (index > 0) await new Promise((resolve) => setTimeout(resolve, 400));
        running.kill(signal);
      }
    },
  };
}

/** Arguments of the tests' own `sleep` that run inside. */
async function sleeping(): Promise<readonly string[]> {
  const script = `for one in /proc/[0-9]*/cmdline; do tr '\\0' ' ' <"$one"; echo; done 2>/dev/null`;
  const { stdout } = await devenv(["exec", "--", "sh", "-c", script]);
  return stdout.match(/(?<=^sleep )987\d\d(?= $)/gm) ?? [];
}

it.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)("%s ends a task with all that it runs, without a terminal", async (signal, exitCode) => {
  expect(await devenv(["task", "pipe"], sending(signal))).toMatchObject({ exitCode, stdout: "ready\n" });
  expect(await sleeping()).toEqual([]);
});

it("begins no further task after one that took the signal and ended well", async () => {
  expect(await devenv(["task", "second"], sending("SIGINT"))).toMatchObject({ exitCode: 130, stdout: "ready\n" });
});

it("kills by a second signal what is deaf to the first", async () => {
  expect(await devenv(["task", "deaf"], sending("SIGINT", "SIGINT"))).toMatchObject({ exitCode: 137, signal: null });
  expect(await sleeping()).toEqual([]);
});

it("waits for what a command leaves behind that a signal ended, and kills it after a while", async () => {
  expect(await devenv(["task", "left"], sending("SIGTERM"))).toMatchObject({ exitCode: 143 });
  expect(await sleeping()).toEqual([]);
});

it.each([
  ["devenv was killed", runCli],
  ["terminal went away", runCliInTerminal],
])("ends a command whose %s", async (_what, run) => {
  const script = "echo ready; sleep 98706 | sleep 98707";
  const running = run(["exec", "--", "sh", "-c", script], {
    cwd,
    async onStart({ printed, kill }) {
      await printed("ready");
      // it is guarded once it has run for a moment
      await expect.poll(guards, { timeout: 20_000 }).toBe(1);
      kill("SIGKILL");
    },
  });
  expect((await running).signal).toBe("SIGKILL");
  await expect.poll(sleeping, { timeout: 20_000 }).toEqual([]);
  await expect.poll(guards, { timeout: 20_000 }).toBe(0);
});

/** How many guards watch inside. */
async function guards(): Promise<number> {
  const script = `for one in /proc/[0-9]*/cmdline; do tr '\\0\\n' '  ' <"$one"; echo; done 2>/dev/null`;
  const { stdout } = await devenv(["exec", "--", "sh", "-c", script]);
  return stdout.match(/^\/bin\/sh -c .*find_top/gm)?.length ?? 0;
}

it("tells a command that is not there or cannot be run as a shell does, on stderr", async () => {
  const exec = (command: string) => devenv(["exec", "--", command]);
  expect(await exec("no-such-command")).toMatchObject({
    exitCode: 127,
    stdout: "",
    stderr: expect.stringContaining("no-such-command"),
  });
  expect(await exec("./no-such-file")).toMatchObject({ exitCode: 127, stdout: "" });
  expect(await exec("/etc/passwd")).toMatchObject({
    exitCode: 126,
    stdout: "",
    stderr: expect.stringContaining("/etc/passwd"),
  });
  const own = await devenv(["exec", "--", "printf", "an own line\\r\\n"]);
  expect(own).toMatchObject({ exitCode: 0, stdout: "an own line\r\n", stderr: "" });
});

it("ends a hook and a task of a run of its own with all that they run", async () => {
  const hook = "test ! -e waits || { echo ready; sleep 98708 | sleep 98709; }";
  folder.write({ "devenv.config.mjs": config.replace("tasks:", `hooks: { start: "${hook}" }, tasks:`) });
  expect(await devenv(["up"])).toMatchObject({ exitCode: 0 });
  folder.write({ waits: "" });
  expect(await devenv(["restart"], sending("SIGINT"))).toMatchObject({ exitCode: 130 });
  expect(await sleeping()).toEqual([]);
  folder.write({ "devenv.config.mjs": config });
  expect(await devenv(["ci", "pipe", "--no-frozen"], sending("SIGTERM"))).toMatchObject({ exitCode: 143 });
});
