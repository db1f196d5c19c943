/** What the config says of the sync counts from the next `up` on, on the real engine. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { openSyncProject, type SyncProject } from "../support/sync-project.ts";
import { configText } from "../support/test-project.ts";

const synced = (keys: string) => `image: "devenv-test/base:bookworm", workspace: { mode: "sync", ${keys} },`;

async function up(project: SyncProject, config: string): Promise<string> {
  writeFileSync(join(project.path, "devenv.config.mjs"), configText("syncsettings", config));
  const { exitCode, stderr } = await project.devenv(["up"]);
  expect(exitCode, stderr).toBe(0);
  return stderr;
}

it("applies what changed of ignore, direction, conflicts and watch, without another container, and loses nothing", async () => {
  await using project = openSyncProject("syncsettings", synced(`ignore: ["*.log"]`), { "a.txt": "1", "a.log": "1" });
  await project.devenv(["up"]);
  const pid = project.syncProcess();
  const write = (path: string, text: string) => writeFileSync(join(project.path, path), text);
  expect(await project.inside("ls; echo tmp > own.tmp")).not.toContain("a.log");

  const ignoring = synced(`ignore: ["*.tmp"]`);
  write("devenv.config.mjs", configText("syncsettings", ignoring));
  expect(await project.json("status")).toMatchObject({
    environments: [{ next: "apply", stale: ["workspace.ignore changed"] }],
  });
  const told = await up(project, ignoring);
  expect(told).toMatch(/^dev {2}sync {7}workspace in step \(workspace\.ignore changed\)/m);
  expect(told).not.toContain("container");
  // what was made under the old rules came over first
  expect(readFileSync(join(project.path, "own.tmp"), "utf8")).toBe("tmp\n");
  write("b.tmp", "2");
  expect(await project.inside("cat a.log; ls")).not.toContain("b.tmp");
  expect(await up(project, ignoring)).toBe("syncsettings · dev is up to date\n");

  await up(project, synced(`ignore: ["*.tmp"], direction: "to-container"`));
  expect(await project.inside("echo inside > made.txt; cat a.txt")).toBe("1");
  await project.devenv(["sync", "flush"]);
  expect(existsSync(join(project.path, "made.txt"))).toBe(false);

  // paused, it stays so
  await project.devenv(["sync", "pause"]);
  const watching = synced(`watch: [{ paths: ["*.proto"], action: "run", command: "touch ran" }], conflicts: "wait"`);
  write("devenv.config.mjs", configText("syncsettings", watching));
  expect((await project.devenv(["up"])).stderr).toContain("error: The sync of `dev` is paused");
  expect(existsSync(join(project.path, "made.txt"))).toBe(false);
  await project.devenv(["sync", "resume"]);
  await project.devenv(["sync", "flush"]);
  expect(readFileSync(join(project.path, "made.txt"), "utf8")).toBe("inside\n");
  write("a.proto", "1");
  await vi.waitFor(() => expect(existsSync(join(project.path, "ran"))).toBe(true), 20_000);
  expect(project.syncProcess()).toBe(pid);

  await up(project, `image: "devenv-test/base:bookworm", workspace: { mode: "bind" },`);
  await vi.waitFor(() => expect(existsSync(`/proc/${pid}`)).toBe(false), 20_000);
});
