/** Work in a workspace's volume that the host does not have is not deleted, on the real engine. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, vi } from "vitest";
import { openSyncProject, type SyncProject } from "../support/sync-project.ts";
import { configText, docker } from "../support/test-project.ts";

const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const image = `image: "devenv-test/base:bookworm",`;
const synced = (keys = "") => `${image} workspace: { mode: "sync", ${keys} },`;

/** The container's name. */
async function up(project: SyncProject): Promise<string> {
  const { exitCode, stdout, stderr } = await project.devenv(["up", "--json"]);
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout).environments[0].container;
}

/** Behind the back of the sync: `devenv exec` waits for it. */
const make = (container: string, script: string) =>
  docker("exec", "--workdir", "/workspace", container, "sh", "-c", script);

async function volumesOf(project: string): Promise<readonly string[]> {
  const names = await docker("volume", "ls", "--quiet", "--filter", `label=devenv.project=${project}`);
  return names.split("\n").filter((name) => name.includes("-workspace"));
}

it("refuses to delete what a paused sync holds back, and names it", async () => {
  await using project = openSyncProject("unsavedpause", synced(), { "a.txt": "1", "b.txt": "1" });
  const container = await up(project);
  await project.devenv(["sync", "pause"]);
  await make(container, "mkdir -p new/empty; echo work > new/work.txt; echo 2 > a.txt; rm b.txt; mkfifo pipe");
  const refused = await project.devenv(["down", "--volumes"]);
  expect(refused.stderr).toBe(
    "error: `devenv down --volumes` would delete 2 files of `dev` that the host does not have:\n  `a.txt`\n  `new/work.txt`\n\nhint: the sync is paused, bring them over: `devenv sync resume dev`; or lose them: `devenv down --volumes --force`\n",
  );
  expect(refused.exitCode).toBe(1);
  expect(await docker("inspect", "--format", "{{.State.Running}}", container)).toBe("true\n");
  expect(existsSync(join(project.path, "b.txt"))).toBe(true);

  expect(await project.devenv(["sync", "resume"])).toMatchObject({ exitCode: 0 });
  expect(await project.devenv(["down", "--volumes"])).toMatchObject({ exitCode: 0 });
  expect(readFileSync(join(project.path, "new/work.txt"), "utf8")).toBe("work\n");
  expect(existsSync(join(project.path, "b.txt"))).toBe(false);
  expect(await volumesOf("unsavedpause")).toEqual([]);
});

it("brings over what a killed process left behind, also when nothing but the volume is there", async () => {
  await using project = openSyncProject("unsavedkill", synced(), { "a.txt": "1" });
  const container = await up(project);
  process.kill(project.syncProcess(), "SIGKILL");
  await make(container, "echo work > work.txt");
  expect(await project.devenv(["down"])).toMatchObject({ exitCode: 0 });
  expect(existsSync(join(project.path, "work.txt"))).toBe(false);
  expect(await project.devenv(["down", "--volumes"])).toMatchObject({ exitCode: 0 });
  expect(readFileSync(join(project.path, "work.txt"), "utf8")).toBe("work\n");
  expect(await docker("ps", "--all", "--quiet", "--filter", "label=devenv.project=unsavedkill")).toBe("");
  expect(await volumesOf("unsavedkill")).toEqual([]);
});

it("names a conflict that waits, and deletes it where that is asked for", async () => {
  await using project = openSyncProject("unsavedwait", synced(`conflicts: "wait"`), { "a.txt": "1" });
  const container = await up(project);
  await project.devenv(["sync", "pause"]);
  await make(container, "echo inside > a.txt");
  writeFileSync(join(project.path, "a.txt"), "host");
  await project.devenv(["sync", "resume"]);
  const flushed = await project.devenv(["sync", "flush"]);
  expect(flushed).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("not in step:\n  `a.txt` of `dev` (both"),
  });
  const refused = await project.devenv(["down", "--volumes"]);
  expect(refused).toMatchObject({ exitCode: 1 });
  expect(refused.stderr).toContain("would delete a file of `dev` that the host does not have:\n  `a.txt`\n");
  expect(await project.devenv(["down", "--volumes", "--force"])).toMatchObject({ exitCode: 0 });
  expect(readFileSync(join(project.path, "a.txt"), "utf8")).toBe("host");
  expect(await volumesOf("unsavedwait")).toEqual([]);
});

it("deletes a volume from which all is gone, and asks nothing of one that is gone itself", async () => {
  await using project = openSyncProject("unsavedhalt", synced(), { "a.txt": "1", "b/c.txt": "2" });
  const container = await up(project);
  await project.devenv(["sync", "pause"]);
  await make(container, "rm -rf ./* ./.??*");
  await project.devenv(["sync", "resume"]);
  await vi.waitFor(
    async () => expect(await project.json("sync")).toMatchObject({ environments: [{ state: "halted" }] }),
    20_000,
  );
  expect(await project.devenv(["down", "--volumes"])).toMatchObject({ exitCode: 0 });
  expect(existsSync(join(project.path, "a.txt"))).toBe(true);

  const other = await up(project);
  process.kill(project.syncProcess(), "SIGKILL");
  await docker("rm", "--force", other, `${other}-sync`);
  await docker("volume", "rm", ...(await volumesOf("unsavedhalt")));
  expect(await project.devenv(["down", "--volumes"])).toMatchObject({ exitCode: 0 });
  expect(await docker("volume", "ls", "--quiet", "--filter", "name=unsavedhalt")).toBe("");
});

it("counts what is made in a copy, and in a workspace that goes to the container alone, as work", async () => {
  const copied = `${image} workspace: { mode: "copy" },`;
  await using project = openSyncProject("unsavedcopy", copied, { "a.txt": "1", ".gitignore": "/dist/" });
  const container = await up(project);
  await make(container, "echo work > work.txt; mkdir -p dist/js; echo built > dist/js/main.js");
  const refused = await project.devenv(["down", "--volumes"]);
  expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("have:\n  `work.txt`\n\n") });
  expect(refused.stderr).toContain("what is made inside does not come to the host by itself");
  await make(container, "rm work.txt");
  expect(await project.devenv(["down", "--volumes"])).toMatchObject({ exitCode: 0 });
});

it("names files whose names are not UTF-8 as soon as they are made, and deletes none of them", async () => {
  await using project = openSyncProject("unsavedname", synced(), { "a.txt": "1" });
  const container = await up(project);
  writeFileSync(Buffer.concat([Buffer.from(join(project.path, "host")), Buffer.from([0xff])]), "work");
  await make(container, "printf work > \"$(printf 'inside\\377')\"");
  const told = await vi.waitFor(async () => {
    const { stderr } = await project.devenv(["sync", "flush"]);
    expect(stderr).toContain("`host\uFFFD` (host): its name is not UTF-8");
    return stderr;
  }, 20_000);
  expect(told).toContain("`inside\uFFFD` (container): its name is not UTF-8");
  const refused = await project.devenv(["down", "--volumes"]);
  expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("have:\n  `inside\uFFFD`\n\n") });
  await make(container, "rm inside*");
  expect(await project.devenv(["down", "--volumes"])).toMatchObject({ exitCode: 0 });
});

it("tells how work is copied out of a workspace that goes to the container alone, by a command that loses none", async () => {
  await using project = openSyncProject("unsavedout", synced(`direction: "to-container"`), { "a.txt": "1" });
  await make(await up(project), "mkdir new; echo work > new/work.txt");
  const { stderr } = await project.devenv(["down", "--volumes"]);
  const [, command = ""] = /copy what is to stay, `devenv ([^`]+)`/.exec(stderr) ?? [];
  const line = command.replaceAll("FILE", "new/work.txt");
  const env = { ...process.env, XDG_STATE_HOME: project.state };
  execFileSync("sh", ["-c", `"$0" "$1" ${line}`, process.execPath, main], { cwd: project.path, env });
  expect(readFileSync(join(project.path, "new/work.txt"), "utf8")).toBe("work\n");
  expect(await project.devenv(["down", "--volumes"])).toMatchObject({ exitCode: 0 });
});

it("brings a volume to its end before the workspace is mounted instead, or refuses", async () => {
  await using project = openSyncProject("unsavedmode", synced(), { "a.txt": "1" });
  const container = await up(project);
  await project.devenv(["sync", "pause"]);
  await make(container, "echo work > work.txt");
  const mounted = configText("unsavedmode", `${image} workspace: { mode: "bind" },`);
  writeFileSync(join(project.path, "devenv.config.mjs"), mounted);
  const refused = await project.devenv(["up"]);
  expect(refused).toMatchObject({ exitCode: 1 });
  expect(refused.stderr).toContain(
    "error: `devenv up` would leave behind, in a volume, a file of `dev` that the host does not have:\n  `work.txt`\n",
  );
  expect(await docker("exec", container, "cat", "/workspace/work.txt")).toBe("work\n");

  process.kill(project.syncProcess(), "SIGKILL");
  await up(project);
  expect(readFileSync(join(project.path, "work.txt"), "utf8")).toBe("work\n");
  const names = await docker("ps", "--format", "{{.Names}}", "--filter", "label=devenv.project=unsavedmode");
  expect(names).toBe(`${container}\n`);
  expect(await project.devenv(["sync"])).toMatchObject({ exitCode: 1 });
});

it("lets prune keep the volume of a workspace that is gone with work in it", async () => {
  await using project = openSyncProject("unsavedprune", synced(), { "a.txt": "1" });
  const other = join(project.path, "other");
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: project.path, stdio: "ignore" });
  git("init");
  git("add", ".");
  git("commit", "-m", "first");
  // another workspace of the same project
  git("clone", ".", other);
  const at = ["--cwd", other];
  const { stdout } = await project.devenv(["up", "--json", ...at]);
  const { container } = JSON.parse(stdout).environments[0];
  await project.devenv(["sync", "pause", ...at]);
  await make(container, "echo work > work.txt");
  rmSync(other, { recursive: true });
  // what prunes knows the config
  expect(await project.devenv(["config"])).toMatchObject({ exitCode: 0 });
  const kept = await project.devenv(["prune"]);
  expect(kept).toMatchObject({
    exitCode: 0,
    stderr: expect.stringMatching(/volume `\S+` stays: `work.txt` of `dev` never reached/),
  });
  expect(await volumesOf("unsavedprune")).toHaveLength(1);
  expect(await project.devenv(["prune", "--force"])).toMatchObject({ exitCode: 0 });
  expect(await volumesOf("unsavedprune")).toEqual([]);
});
