/** A synced workspace that is moved, or whose objects or state are removed by hand, on the real engine. */
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { readMark } from "../../src/host/process-mark.ts";
import { workspaceId } from "../../src/plan/container.ts";
import { removeProject } from "../support/remove-project.ts";
import { runCli } from "../support/run-cli.ts";
import { openSyncProject } from "../support/sync-project.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { configText, docker } from "../support/test-project.ts";

const synced = `image: "devenv-test/base:bookworm", workspace: { mode: "sync" },`;
const late = 30_000;

const isAlive = (pid: number) => existsSync(`/proc/${pid}`);

async function lines(...args: readonly string[]): Promise<readonly string[]> {
  return (await docker(...args)).split("\n").filter((line) => line !== "");
}

const containersOf = (project: string) =>
  lines("ps", "--all", "--format", "{{.Names}}", "--filter", `label=devenv.project=${project}`);
const volumesOf = async (project: string) =>
  (await lines("volume", "ls", "--quiet", "--filter", `name=${project}-`)).filter((name) =>
    name.includes("-workspace"),
  );

it("ends with its workspace when that is moved, and goes on in the new place as if nothing had been", async () => {
  using folder = temporaryFolder({ "one/devenv.config.mjs": configText("syncmoved", synced), "one/a.txt": "1" });
  using state = temporaryFolder({});
  const [one, two] = ["one", "two"].map((name) => join(folder.path, name)) as [string, string];
  const pids = (): readonly number[] =>
    [one, two].flatMap((root) => {
      const file = join(state.path, "devenv", "sync", workspaceId(root), "process");
      return existsSync(file) ? [readMark(readFileSync(file, "utf8"))?.pid ?? 0] : [];
    });
  const devenv = (cwd: string, ...args: string[]) => runCli(args, { cwd, env: { XDG_STATE_HOME: state.path } });
  try {
    expect(await devenv(one, "up")).toMatchObject({ exitCode: 0 });
    writeFileSync(join(one, "gone.txt"), "1");
    expect(await devenv(one, "sync", "flush")).toMatchObject({ exitCode: 0 });
    const [container = ""] = (await containersOf("syncmoved")).filter((name) => !name.endsWith("-sync"));
    const [pid = 0] = pids();
    renameSync(one, two);
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), late);
    expect(await containersOf("syncmoved")).toEqual([container]);

    rmSync(join(two, "gone.txt"));
    await docker("exec", container, "sh", "-c", "echo inside > /workspace/made.txt");
    const up = await devenv(two, "up");
    expect(up, up.stderr).toMatchObject({ exitCode: 0 });
    expect(readFileSync(join(two, "made.txt"), "utf8")).toBe("inside\n");
    expect((await devenv(two, "exec", "--", "ls")).stdout).not.toContain("gone.txt");
    expect(readdirSync(two)).not.toContain("gone.txt");
    expect(await containersOf("syncmoved")).toHaveLength(2);
    expect(pids()).toHaveLength(1);
    expect(await devenv(two, "down", "--volumes")).toMatchObject({ exitCode: 0 });
    expect(await volumesOf("syncmoved")).toEqual([]);
  } finally {
    for (const pid of pids()) process.kill(pid, "SIGKILL");
    await removeProject("syncmoved");
  }
});

it("knows at once that another folder stands in the place of its workspace", async () => {
  await using project = openSyncProject("syncanew", synced, { "a.txt": "1" });
  using before = temporaryFolder({});
  expect(await project.devenv(["up"])).toMatchObject({ exitCode: 0 });
  renameSync(project.path, join(before.path, "old"));
  cpSync(join(before.path, "old"), project.path, { recursive: true });
  writeFileSync(join(project.path, "new.txt"), "1");
  expect(await project.inside("ls *.txt")).toBe("a.txt\nnew.txt\n");
  expect(await project.devenv(["up"])).toMatchObject({ stderr: "syncanew · dev is up to date\n" });
});

/** As an earlier version leaves one behind when its workspace goes; gives what removes its volume. */
async function leaveHelper(project: string, volume: string): Promise<() => Promise<unknown>> {
  const [helper = ""] = (await containersOf(project)).filter((name) => name.endsWith("-sync"));
  const image = (await docker("inspect", "--format", "{{.Config.Image}}", helper)).trim();
  const root = `/nowhere/${project}`;
  const id = workspaceId(root);
  const left = volume.replace(/[0-9a-f]{8}(?=-workspace)/, id.slice(0, 8));
  const labels = {
    "devenv.project": project,
    "devenv.environment": "dev",
    "devenv.workspace": id,
    "devenv.root": root,
    "devenv.folder": "0123456789ab",
    "devenv.sync": id,
  };
  await docker(
    ...["run", "--detach", "--name", `${project}-dev-${id.slice(0, 8)}-sync`, "--volume", `${left}:/sync`],
    ...Object.entries(labels).flatMap(([name, value]) => ["--label", `${name}=${value}`]),
    ...[image, "/devenv-sync-agent", "--idle"],
  );
  return () => docker("volume", "rm", left);
}

it("ends with its containers and volume, makes none of them anew, and comes right at the next up", async () => {
  await using project = openSyncProject("syncbyhand", synced, { "a.txt": "1" });
  expect(await project.devenv(["up"])).toMatchObject({ exitCode: 0 });
  const pid = project.syncProcess();
  const [volume = ""] = await volumesOf("syncbyhand");
  const own = await containersOf("syncbyhand");
  const removeLeft = await leaveHelper("syncbyhand", volume);
  await docker("rm", "--force", ...own);
  await docker("volume", "rm", volume);
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), late);
  expect(await volumesOf("syncbyhand")).toHaveLength(1);
  expect(await containersOf("syncbyhand")).toHaveLength(1);

  // as an earlier version, or somebody else, leaves one
  await docker("volume", "create", volume);
  try {
    const up = await project.devenv(["up"]);
    expect(up, up.stderr).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining(`volume \`${volume}\` is not devenv's`),
    });
    expect([...(await containersOf("syncbyhand"))].sort()).toEqual([...own].sort());
    await removeLeft();
    expect(await project.inside("cat a.txt")).toBe("1");
    expect(await project.devenv(["up"])).toMatchObject({ stderr: "syncbyhand · dev is up to date\n" });
    expect(await project.devenv(["down", "--volumes"])).toMatchObject({ exitCode: 0 });
    expect(await volumesOf("syncbyhand")).toEqual([volume]);
  } finally {
    await docker("volume", "rm", volume);
  }
});

it("is one process, also when its state is removed or another state folder is used", async () => {
  await using project = openSyncProject("syncone", synced, { "a.txt": "1" });
  using other = temporaryFolder({});
  const elsewhere = (...args: string[]) =>
    runCli(args, { cwd: project.path, env: { XDG_STATE_HOME: other.path }, timeoutMs: 120_000 });
  expect(await project.devenv(["up"])).toMatchObject({ exitCode: 0 });
  const first = project.syncProcess();
  rmSync(join(project.state, "devenv"), { recursive: true });
  expect(await project.devenv(["up"])).toMatchObject({ exitCode: 0 });
  const second = project.syncProcess();
  expect(second).not.toBe(first);
  await vi.waitFor(() => expect(isAlive(first)).toBe(false), late);
  expect(await project.inside("cat a.txt")).toBe("1");

  const refused = await elsewhere("up");
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain(`error: The workspace of \`dev\` is kept in step by process ${second} already`);
  expect(refused.stderr).toContain(`\`kill ${second}\`, and run \`devenv up\``);
  expect(await project.devenv(["sync", "flush"])).toMatchObject({ exitCode: 0 });
  process.kill(second, "SIGTERM");
  await vi.waitFor(() => expect(isAlive(second)).toBe(false), late);
  expect(await elsewhere("up")).toMatchObject({ exitCode: 0 });
  expect(await elsewhere("exec", "--", "cat", "a.txt")).toMatchObject({ stdout: "1" });
  expect(await elsewhere("down")).toMatchObject({ exitCode: 0 });
});
