/** Synced and copied workspaces on the real engine, through the built bundle. */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { openSyncProject, type SyncProject } from "../support/sync-project.ts";
import { docker } from "../support/test-project.ts";

const image = `image: { from: "devenv-test/base:bookworm", layers: [run("useradd --create-home ada")], user: "ada" },`;

function write(project: SyncProject, path: string, text: string): void {
  writeFileSync(join(project.path, path), text);
}

function read(project: SyncProject, path: string): string {
  return readFileSync(join(project.path, path), "utf8");
}

/** Name of the environment's own container. */
async function containerOf(project: string): Promise<string> {
  const names = await docker("ps", "--format", "{{.Names}}", "--filter", `label=devenv.project=${project}`);
  return names.split("\n").find((name) => name !== "" && !name.endsWith("-sync")) ?? "";
}

it("brings the workspace in before the hooks, keeps it in step both ways, and ends with down", async () => {
  await using project = openSyncProject(
    "syncboth",
    `${image} workspace: { mode: "sync", volumes: ["node_modules"], ignore: ["*.log"] }, hooks: { create: "cp src/a.txt made.txt" },`,
    { "src/a.txt": "one", "noise.log": "x", "node_modules/host.js": "host" },
  );
  const first = await project.devenv(["up"]);
  expect(first.stderr).toMatch(/^dev {2}sync {7}workspace in step( {2}[\d.]+s)?$/m);
  expect(first.exitCode).toBe(0);
  expect(await project.devenv(["up"])).toMatchObject({ exitCode: 0, stderr: "syncboth · dev is up to date\n" });

  expect(await project.inside("ls -A node_modules; cat src/a.txt made.txt; ls noise.log || true")).toBe("oneone");
  await project.devenv(["sync", "flush"]);
  expect(read(project, "made.txt")).toBe("one");

  write(project, "src/a.txt", "two");
  mkdirSync(join(project.path, "folder/below"), { recursive: true });
  write(project, "folder/below/b.txt", "b");
  expect(await project.inside("cat src/a.txt folder/below/b.txt")).toBe("twob");
  await project.inside("chmod 755 src/a.txt; mv folder other; ln -s other link; echo inside > 'src/new file'");
  await project.devenv(["sync", "flush"]);
  expect(statSync(join(project.path, "src/a.txt")).mode & 0o777).toBe(0o755);
  expect(read(project, "link/below/b.txt")).toBe("b");
  expect(existsSync(join(project.path, "folder"))).toBe(false);
  expect(read(project, "src/new file")).toBe("inside\n");
  expect(await project.json("sync")).toMatchObject({
    environments: [{ environment: "dev", state: "idle", conflicts: [], problems: [] }],
  });

  const pid = project.syncProcess();
  expect(await project.devenv(["down"])).toMatchObject({ exitCode: 0 });
  await vi.waitFor(() => expect(existsSync(`/proc/${pid}`)).toBe(false), 5_000);
  expect(await project.devenv(["sync"])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("Nothing is kept in step here"),
  });
});

it("tells of files on both sides that are mostly holes, and carries the rest", async () => {
  await using project = openSyncProject("syncsparse", `${image} workspace: { mode: "sync" },`, { "a.txt": "1" });
  write(project, "host.img", "");
  truncateSync(join(project.path, "host.img"), 1_000_000_000);
  expect(await project.devenv(["up"])).toMatchObject({ exitCode: 0 });
  expect(await project.inside("cat a.txt; truncate -s 1G inside.img; echo 2 > b.txt; ls host.img || true")).toBe("1");
  expect(await project.devenv(["sync", "flush"])).toMatchObject({ exitCode: 0 });
  expect(read(project, "b.txt")).toBe("2\n");
  expect(existsSync(join(project.path, "inside.img"))).toBe(false);
  const reason = expect.stringContaining("it is sparse");
  const problems = expect.arrayContaining([
    { side: "host", path: "host.img", reason, isLeft: false },
    { side: "container", path: "inside.img", reason, isLeft: false },
  ]);
  expect(await project.json("sync")).toMatchObject({ environments: [{ state: "idle", problems }] });
});

it("goes on after its process was killed, the container was made anew and the helper was removed", async () => {
  await using project = openSyncProject("synckill", `${image} workspace: { mode: "sync" },`, { "a.txt": "1" });
  await project.devenv(["up"]);
  process.kill(project.syncProcess(), "SIGKILL");
  write(project, "a.txt", "2");
  expect(await project.inside("cat a.txt; echo inside > b.txt")).toBe("2");
  await project.devenv(["sync", "flush"]);
  expect(read(project, "b.txt")).toBe("inside\n");

  await docker("rm", "--force", `${await containerOf("synckill")}-sync`);
  write(project, "a.txt", "3");
  expect(await project.inside("cat a.txt")).toBe("3");

  expect(await project.devenv(["down"])).toMatchObject({ exitCode: 0 });
  write(project, "a.txt", "4");
  rmSync(join(project.path, "b.txt"));
  const up = await project.devenv(["up"]);
  expect(up, up.stderr).toMatchObject({ exitCode: 0 });
  expect(await project.inside("cat a.txt; ls *.txt")).toBe("4a.txt\n");
});

it("refuses a command while it is paused, and keeps both of what both sides changed meanwhile", async () => {
  await using project = openSyncProject("syncpause", `${image} workspace: { mode: "sync" },`, { "a.txt": "1" });
  await project.devenv(["up"]);
  const container = await containerOf("syncpause");
  expect(await project.devenv(["sync", "pause"])).toMatchObject({ exitCode: 0 });
  write(project, "a.txt", "host");
  const refused = await project.devenv(["exec", "--", "true"]);
  expect(refused).toMatchObject({ exitCode: 1, stdout: "" });
  expect(refused.stderr).toBe(
    "error: The sync of `dev` is paused, so the container may have old files\n\nhint: go on with it: `devenv sync resume dev`\n",
  );
  await docker("exec", container, "sh", "-c", "sleep 0.1; echo container > /workspace/a.txt");
  expect(await project.devenv(["sync", "resume"])).toMatchObject({ exitCode: 0 });
  await project.devenv(["sync", "flush"]);
  const copy = readdirSync(project.path).find((name) => name.startsWith("a.txt.conflict-host-")) ?? "";
  expect(read(project, "a.txt")).toBe("container\n");
  expect(read(project, copy)).toBe("host");
  expect(await project.inside(`cat a.txt ${copy}`)).toBe("container\nhost");
  const status = await project.devenv(["sync", "status"]);
  expect(status.stderr).toContain(copy);
});

it("asks before it deletes what is gone all at once", async () => {
  await using project = openSyncProject("synchalt", `${image} workspace: { mode: "sync", target: "/src" },`, {
    "a.txt": "1",
    "b/c.txt": "2",
  });
  await project.devenv(["up"]);
  await project.devenv(["sync", "pause"]);
  const container = await containerOf("synchalt");
  await docker("exec", container, "sh", "-c", "rm -rf /src/* /src/.??*");
  await project.devenv(["sync", "resume"]);
  const halted = await project.devenv(["exec", "--", "true"]);
  expect(halted.exitCode).toBe(1);
  expect(halted.stderr).toMatch(
    /^error: The sync of `dev` waits for an answer: the workspace in the container is empty all at once, and to follow would delete \d+ files and folders on the other side\n/,
  );
  expect(halted.stderr).toContain("devenv sync resume dev --restore");
  expect(read(project, "b/c.txt")).toBe("2");
  expect(await project.devenv(["sync", "resume", "--restore"])).toMatchObject({ exitCode: 0 });
  expect(await project.inside("cat a.txt b/c.txt")).toBe("12");
});

it("copies the workspace once where it is asked to, and brings nothing back", async () => {
  await using project = openSyncProject("synccopy", `${image} workspace: { mode: "copy" },`, { "a.txt": "1" });
  const first = await project.devenv(["up"]);
  expect(first.stderr).toMatch(/^dev {2}sync {7}workspace copied( {2}[\d.]+s)?$/m);
  write(project, "a.txt", "2");
  expect(await project.inside("cat a.txt; echo inside > b.txt")).toBe("1");
  expect(existsSync(join(project.path, "b.txt"))).toBe(false);
  expect(await project.devenv(["up"])).toMatchObject({ exitCode: 0 });
  expect(await project.inside("cat a.txt b.txt")).toBe("1inside\n");
});

it("does what is asked for when files change, also where the workspace is mounted", async () => {
  await using project = openSyncProject(
    "syncwatch",
    `${image} workspace: { watch: [{ paths: ["*.proto"], action: "run", command: "cat src/*.proto > generated; echo x >> runs" }] },`,
    { "src/a.proto": "1" },
  );
  execFileSync("chmod", ["-R", "a+rwX", project.path]);
  expect(await project.devenv(["up"])).toMatchObject({ exitCode: 0 });
  await vi.waitFor(() => expect(project.syncProcess()).toBeGreaterThan(0), 5_000);
  await vi.waitFor(
    () => {
      write(project, "src/b.proto", "2");
      expect(existsSync(join(project.path, "generated"))).toBe(true);
    },
    { timeout: 10_000, interval: 1_000 },
  );
  write(project, "src/other.txt", "3");
  renameSync(join(project.path, "src/a.proto"), join(project.path, "src/c.proto"));
  await vi.waitFor(() => expect(read(project, "generated")).toBe("21"), { timeout: 10_000, interval: 100 });
});

it("says which command of the sync there is", async () => {
  await using project = openSyncProject("syncusage", image, {});
  expect(await project.devenv(["sync", "stop"])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("`devenv sync` has no `stop`"),
  });
  expect(await project.devenv(["sync", "flush", "--accept"])).toMatchObject({ exitCode: 2 });
});
