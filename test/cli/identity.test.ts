/** Which containers and volumes belong to which workspace, wherever its folder is and whatever it is called. */
import { cpSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import { inFolder, openCliProject, plainConfig } from "../support/cli-project.ts";
import { freePort } from "../support/ports.ts";
import { removeProject } from "../support/remove-project.ts";
import { openSandbox } from "../support/sandbox.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";

const engine = connectEngine(testHost());

it("keeps ten worktrees of one project apart that come up at once", async () => {
  const port = await freePort();
  using folder = temporaryFolder();
  const trees = Array.from({ length: 10 }, (_, index) => inFolder(join(folder.path, `tree-${index}`)));
  for (const [index, { path }] of trees.entries()) {
    const lines = `  ports: [${port}], workspace: { volumes: ["out"] },`;
    folder.write({
      [`tree-${index}/devenv.config.ts`]: plainConfig("ident-trees", lines),
      [`tree-${index}/which`]: path,
    });
  }
  try {
    const results = await Promise.all(trees.map((tree) => tree.json("up")));
    const all = results.map(({ environments: [environment] }) => environment);
    expect(all.map(({ action }) => action)).toEqual(Array(10).fill("created"));
    expect(new Set(all.map(({ container }) => container)).size).toBe(10);
    expect(new Set(all.map(({ ports: [{ host }] }) => host)).size).toBe(10);
    for (const tree of trees.slice(0, 3)) {
      expect(await tree.inside("cat which; ls out; touch out/mine")).toEqual([tree.path]);
    }
    await trees[0]?.devenv(["down", "--volumes"]);
    expect(await engine.containers.list({ "devenv.project": "ident-trees" })).toHaveLength(9);
    expect(await trees[1]?.inside("ls out")).toEqual(["mine"]);
  } finally {
    await removeProject("ident-trees");
  }
});

it("recognises a workspace that was moved, and not one that was copied", async () => {
  using folder = temporaryFolder({
    "old/devenv.config.ts": plainConfig(
      "ident-moved",
      `  workspace: { volumes: ["out"] }, ports: [${await freePort()}],`,
    ),
  });
  const [old, moved, copied] = ["old", "new place", "copied"].map((name) => inFolder(join(folder.path, name)));
  if (old === undefined || moved === undefined || copied === undefined) throw new Error("three");
  try {
    const before = (await old.json("up")).environments[0];
    await old.inside("echo kept > out/file");

    cpSync(old.path, copied.path, { recursive: true });
    // status runs a config that was run on purpose before
    await copied.devenv(["config"]);
    expect((await copied.json("status")).environments[0]).toMatchObject({ state: "absent", next: "create" });
    expect((await copied.json("up")).environments[0]).toMatchObject({ action: "created" });
    expect(await copied.inside("ls out")).toEqual([""]);
    expect((await old.json("status")).environments[0]).toMatchObject({ state: "running", next: "keep" });

    await old.devenv(["stop"]);
    renameSync(old.path, moved.path);
    const reasons = [`the workspace was moved from \`${old.path}\``];
    await moved.devenv(["config"]);
    expect((await moved.json("status")).environments[0]).toMatchObject({ stale: reasons, next: "recreate" });
    expect(await moved.devenv(["exec", "--", "true"])).toMatchObject({
      exitCode: 1,
      stderr: "error: No environment of this workspace is up\n\nhint: run `devenv up`\n",
    });
    const after = (await moved.json("up")).environments[0];
    expect(after).toMatchObject({ action: "recreated", reasons, ports: before.ports });
    expect(after.container).not.toBe(before.container);
    expect(await moved.inside("cat out/file")).toEqual(["kept"]);
    expect(await engine.containers.exists(before.container)).toBe(false);

    // another clone in the old place has nothing of it
    mkdirSync(old.path);
    cpSync(join(moved.path, "devenv.config.ts"), join(old.path, "devenv.config.ts"));
    expect((await old.json("up")).environments[0]).toMatchObject({ action: "created" });
    expect(await old.inside("ls out; touch out/other")).toEqual([""]);
    await old.devenv(["down", "--volumes"]);
    expect(await moved.inside("cat out/*")).toEqual(["kept"]);

    renameSync(moved.path, `${old.path}-again`);
    const again = inFolder(`${old.path}-again`);
    expect((await again.json("down", "--volumes")).removed).toEqual([after.container]);
    expect((await copied.json("status")).environments[0]).toMatchObject({ state: "running" });
  } finally {
    await removeProject("ident-moved");
  }
});

it("names what an environment that was renamed leaves, and takes it away", async () => {
  const image = '{ image: "devenv-test/base:bookworm" }';
  const config = (names: string) => `export default { name: "ident-left", environments: { ${names} } };\n`;
  await using project = openCliProject("ident-left", { "devenv.config.ts": config(`before: ${image}`) });
  const { container } = (await project.json("up")).environments[0];
  project.write({ "devenv.config.ts": config(`after: ${image}`) });
  const status = await project.json("status");
  expect(status.environments).toMatchObject([{ name: "after", state: "absent" }]);
  expect(status.leftovers).toEqual([{ environment: "before", container, state: "running" }]);
  expect((await project.devenv(["status"])).stdout).toContain(
    `leftover: \`${container}\` (running) of \`before\`, which the config no longer has; \`devenv down before\` or \`devenv prune\` removes it\n`,
  );
  await project.devenv(["up"]);
  expect((await project.json("down", "before")).removed).toEqual([container]);
  expect((await project.json("status")).leftovers).toEqual([]);
  expect((await project.json("status")).environments).toMatchObject([{ name: "after", state: "running" }]);
});

const oddNames = [
  "with space",
  "a=b",
  `it's "quoted"`,
  "größe-日本",
  "a:b,c",
  `${"long-".repeat(40)}`,
  "$HOME `x` \\ #",
];

it("works in folders whatever they are called", async () => {
  using folder = temporaryFolder();
  const config = plainConfig(
    "ident-odd",
    '  workspace: { volumes: ["out"] }, envFile: ".env", mounts: ["sub dir:/mnt/a,b"],',
  );
  try {
    for (const name of oddNames) {
      const path = join(folder.path, name);
      mkdirSync(path);
      folder.write({
        [`${name}/devenv.config.ts`]: config,
        [`${name}/.env`]: `A=${name.length}\n`,
        [`${name}/sub dir/x`]: name,
      });
      const project = inFolder(path);
      const up = await project.devenv(["up"]);
      expect(`${name}: ${up.exitCode} ${up.stderr}`).toMatch(`${name}: 0 `);
      expect(await project.inside("echo $A; cat '/mnt/a,b/x'; touch out/made made")).toEqual([
        String(name.length),
        name,
      ]);
      expect((await project.devenv(["down"])).exitCode).toBe(0);
    }
  } finally {
    await removeProject("ident-odd");
  }
});

it("refuses a container's name that is somebody else's, and leaves that one alone", async () => {
  await using sandbox = openSandbox();
  await using project = openCliProject("ident-taken", { "devenv.config.ts": plainConfig("ident-taken") });
  await project.devenv(["config"]);
  const { container } = (await project.json("status")).environments[0];
  const refused = (name: string) => ({
    exitCode: 1,
    stderr:
      expect.stringContaining(`error: A container named \`${name}\` exists already and is not one of this workspace

hint: see what it is with \`docker inspect ${name}\`; remove it with \`docker rm --force ${name}\`
`),
  });
  const untouched = async (...names: string[]) =>
    expect(
      (await sandbox.engine.containers.list(sandbox.labels)).map(({ name, state }) => `${state} ${name}`).sort(),
    ).toEqual(names.map((name) => `running ${name}`).sort());

  const foreign = await sandbox.run({ name: container });
  expect(await project.devenv(["up"])).toMatchObject(refused(container));
  expect((await project.devenv(["down"])).stderr).toBe("ident-taken: nothing to remove\n");
  project.write({ "devenv.config.ts": plainConfig("ident-taken", '  hooks: { create: "touch hook-ran" },') });
  expect(await project.devenv(["up"])).toMatchObject(refused(container));
  await untouched(container);
  await expect(project.inside("true")).rejects.toThrow("No environment of this workspace is up");

  await sandbox.engine.containers.rename(foreign, `${container}.create`);
  expect(await project.devenv(["up"])).toMatchObject(refused(`${container}.create`));
  await untouched(`${container}.create`);
  expect(await engine.containers.list({ "devenv.project": "ident-taken" })).toEqual([]);
});
