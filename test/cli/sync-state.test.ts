/** What synced workspaces leave in the engine and on this machine, and what is told of it. */
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { openSyncProject } from "../support/sync-project.ts";
import { configText, docker } from "../support/test-project.ts";

const image = `image: { from: "devenv-test/base:bookworm", layers: [run("useradd --create-home ada")], user: "ada" },`;
const synced = `${image} workspace: { mode: "sync" },`;

/** Lines of `devenv status` about the sync. */
async function standings(project: { devenv(args: readonly string[]): Promise<{ stdout: string }> }) {
  const { stdout } = await project.devenv(["status"]);
  return stdout.split("\n").flatMap((line) => /^ {2}sync: (.*)$/.exec(line)?.[1] ?? []);
}

async function running(project: string): Promise<readonly string[]> {
  const names = await docker("ps", "--format", "{{.Names}}", "--filter", `label=devenv.project=${project}`);
  return names.split("\n").filter((name) => name !== "");
}

it("tells in status how the sync stands, and starts nothing for it", async () => {
  await using project = openSyncProject("synctell", synced, { "a.txt": "1" });
  expect(await standings(project)).toEqual([]);
  await project.devenv(["up"]);
  expect(await standings(project)).toEqual(["in step, 3 files"]);
  expect(await project.json("status")).toMatchObject({
    environments: [{ name: "dev", sync: { state: "in-step", files: 3, filesLeft: 0, conflicts: 0, problems: 0 } }],
  });
  await project.devenv(["sync", "pause"]);
  expect(await standings(project)).toEqual(["paused; `devenv sync resume dev` goes on with it"]);
  process.kill(project.syncProcess(), "SIGKILL");
  await vi.waitFor(
    async () => expect(await standings(project)).toEqual(["not running; `devenv up dev` starts it"]),
    20_000,
  );
  expect(await standings(project)).toHaveLength(1);
});

it("stops with the environment once all came over, starts with it, and goes on while it is restarted", async () => {
  await using project = openSyncProject("syncstop", synced, { "a.txt": "1" });
  await project.devenv(["up"]);
  const pid = project.syncProcess();
  const [container = ""] = (await running("syncstop")).filter((name) => !name.endsWith("-sync"));
  await docker("exec", container, "sh", "-c", "echo end > /workspace/last.txt");
  expect(await project.devenv(["stop"])).toMatchObject({ exitCode: 0 });
  await vi.waitFor(() => expect(existsSync(`/proc/${pid}`)).toBe(false), 5_000);
  expect(await running("syncstop")).toEqual([]);
  expect(existsSync(join(project.path, "last.txt"))).toBe(true);

  writeFileSync(join(project.path, "a.txt"), "2");
  expect(await project.devenv(["start"])).toMatchObject({ exitCode: 0 });
  expect(await running("syncstop")).toHaveLength(2);
  expect(await project.inside("cat a.txt last.txt")).toBe("2end\n");

  const again = project.syncProcess();
  expect(await project.devenv(["restart"])).toMatchObject({ exitCode: 0 });
  expect(project.syncProcess()).toBe(again);
});

it("prunes helpers without an environment, and what is known of volumes that are gone", async () => {
  const two = `environments: { dev: { ${synced} }, old: { ${synced} } },`;
  await using project = openSyncProject("syncprune", two, { "a.txt": "1" });
  expect(await project.devenv(["up"])).toMatchObject({ exitCode: 0 });
  expect(await project.json("prune", "--dry-run")).toMatchObject({ items: [] });
  const config = join(project.path, "devenv.config.mjs");
  writeFileSync(config, configText("syncprune", `environments: { dev: { ${synced} } },`));
  const kinds = async (...args: string[]) => {
    const { items } = (await project.json("prune", ...args)) as { items: readonly { kind: string; reason: string }[] };
    return items.map(({ kind, reason }) => `${kind}: ${reason}`).sort();
  };
  const reason = "environment `old` is no longer in the config";
  const all = [`container: ${reason}`, `container: ${reason}`, `sync: its volume no longer exists`];
  const gone = await kinds("--dry-run");
  expect(gone).toEqual(expect.arrayContaining(all));
  const states = join(project.state, "devenv", "sync");
  const journals = () =>
    readdirSync(states).flatMap((folder) =>
      readdirSync(join(states, folder)).filter((name) => name.endsWith(".journal")),
    );
  expect(journals()).toHaveLength(2);
  expect(await kinds()).toEqual(gone);
  expect(journals()).toHaveLength(1);
  expect(await standings(project)).toEqual(["in step, 3 files"]);
  expect(await running("syncprune")).toHaveLength(2);

  await project.devenv(["stop"]);
  const own = ["--filter", "label=devenv.project=syncprune", "--filter", "label=devenv.fingerprint"];
  await docker("rm", "--force", (await docker("ps", "-aq", ...own)).trim());
  expect(await kinds()).toContain("container: it helps to sync an environment that has no container");
});
