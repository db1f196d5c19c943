/** Two repositories whose configs have the same name, on one engine. */
import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import { inFolder } from "../support/cli-project.ts";
import { removeProject } from "../support/remove-project.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";
import { docker } from "../support/test-project.ts";

const engine = connectEngine(testHost());
const config = (project: string, layers: string, environment = "dev") => `import { defineConfig, env } from "devenv";
export default defineConfig({ name: "${project}", environments: { ${environment}: {
  image: { from: "devenv-test/base:bookworm", layers: [${layers}] }, workspace: { volumes: ["out"] } } } });
`;

function openRepositories(project: string) {
  const folder = temporaryFolder();
  const git = (name: string, ...args: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], {
      ...{ cwd: `${folder.path}/${name}`, stdio: "ignore" },
    });
  const write = (name: string, layers: string, environment?: string) =>
    folder.write({ [`${name}/devenv.config.ts`]: config(project, layers, environment) });
  return {
    git,
    write,
    at: (name: string) => inFolder(`${folder.path}/${name}`),
    repository: (name: string, layers: string) => {
      write(name, layers);
      folder.write({ [`${name}/first`]: name });
      git(name, "init");
      git(name, "add", ".");
      git(name, "commit", "-m", "first");
      return inFolder(`${folder.path}/${name}`);
    },
    [Symbol.asyncDispose]: async () => {
      await removeProject(project);
      folder[Symbol.dispose]();
    },
  };
}

const names = (snapshots: readonly { readonly name: string }[]) => snapshots.map(({ name }) => name).sort();

it("keeps the snapshots, images and volumes of unrelated repositories apart, and those of clones together", async () => {
  await using repositories = openRepositories("same-name");
  const { git, at, write } = repositories;
  const one = repositories.repository("one", 'env({ A: "1" })');
  const other = repositories.repository("other", 'env({ A: "2" })');
  git(".", "clone", "one", "clone");
  const clone = at("clone");
  for (const [project, text] of [
    [one, "one"],
    [other, "other"],
  ] as const) {
    expect((await project.json("up")).environments[0]).toMatchObject({ action: "created" });
    await project.inside(`echo ${text} > /state; touch out/${text}`);
    expect(await project.json("snapshot", "state")).toMatchObject({ name: "state" });
  }
  expect(names(await one.json("snapshot", "list"))).toEqual(["state"]);
  expect(names(await clone.json("snapshot", "list"))).toEqual(["state"]);
  await clone.json("up");
  const both = await Promise.all([one, clone].map((project) => project.json("snapshot", "both")));
  expect(both.map(({ name, error }) => name ?? error.code).sort()).toEqual(["SNAPSHOT_EXISTS", "both"]);
  expect((await one.json("snapshot", "rm", "both")).removed).toHaveLength(1);
  await clone.json("down", "--volumes");
  await other.json("snapshot", "only");
  expect((await one.json("snapshot", "show", "only")).error).toMatchObject({
    code: "SNAPSHOT_UNKNOWN",
    hint: expect.stringMatching(
      /^another project .* name it `localhost\/same-name\/dev\/snapshots\/[0-9a-f]{12}:only`$/,
    ),
  });

  // what one no longer needs is pruned; all that the other has stays, also what no container holds
  await other.json("down");
  const kept = async () => ({
    volumes: names(await engine.volumes.list({ "devenv.project": "same-name" })),
    images: (await docker("images", "--format", "{{.Repository}}:{{.Tag}}", "localhost/same-name/*"))
      .split("\n")
      .concat((await docker("images", "--format", "{{.Repository}}:{{.Tag}}", "localhost/same-name/*/*/*")).split("\n"))
      .sort(),
  });
  const before = await kept();
  await one.json("down");
  write("one", 'env({ A: "3" })', "test");
  const { items } = await one.json("prune", "--snapshots");
  expect(items.map(({ kind }: { kind: string }) => kind).sort()).toEqual([
    "image",
    "image",
    "snapshot",
    "volume",
    "volume",
  ]);
  expect(names(await one.json("snapshot", "list"))).toEqual([]);
  expect(names(await other.json("snapshot", "list"))).toEqual(["only", "state"]);
  const removed = items.map(({ name }: { name: string }) => name);
  const after = await kept();
  expect(after.volumes).toEqual(before.volumes.filter((name) => !removed.includes(name)));
  expect(after.images).toEqual(before.images.filter((name) => !removed.includes(name)));
  expect(after.volumes).toHaveLength(2);
  expect((await other.json("up", "--from-snapshot", "state")).environments[0]).toMatchObject({ action: "created" });
  expect(await other.inside("cat /state; ls out")).toEqual(["other", "other"]);
});

it("shares an image that both describe, until neither does", async () => {
  await using repositories = openRepositories("same-image");
  const one = repositories.repository("one", 'env({ A: "1" })');
  const other = repositories.repository("other", 'env({ A: "1" })');
  const { image } = (await one.json("build")).environments[0];
  expect((await other.json("build")).environments[0]).toMatchObject({ image, action: "reused" });
  repositories.write("one", 'env({ A: "2" })');
  const claims = (await one.json("prune")).items.map(({ name }: { name: string }) => name);
  expect(claims).toEqual([expect.stringMatching(/^localhost\/same-image\/devenv\/[0-9a-f]{12}\/dev:[0-9a-f]{64}$/)]);
  expect(await engine.images.inspect(image)).toBeDefined();
  // built anew in its place, it leaves nothing without a name
  await other.json("build", "--no-cache");
  repositories.write("other", 'env({ A: "2" })');
  expect(names((await other.json("prune")).items)).toHaveLength(2);
  expect(await engine.images.inspect(image)).toBeUndefined();
  const unnamed = await docker(
    "images",
    "-q",
    "--filter",
    "dangling=true",
    "--filter",
    "label=devenv.project=same-image",
  );
  expect(unnamed).toBe("");
});

it("lists and restores what an earlier version kept under the name alone, and removes it only when told", async () => {
  await using repositories = openRepositories("same-before");
  const one = repositories.repository("one", "");
  await one.json("up");
  await one.inside("echo before > /state");
  const { image } = await one.json("snapshot", "before");
  const earlier = image.replace(/\/[0-9a-f]{12}:/, ":");
  await docker("tag", image, earlier);
  await docker("rmi", image);

  expect(names(await one.json("snapshot", "list"))).toEqual(["before"]);
  await one.json("down");
  expect((await one.json("prune", "--snapshots")).items).toEqual([]);
  expect((await one.json("snapshot", "restore", "before")).environments[0]).toMatchObject({ image: earlier });
  expect(await one.inside("cat /state")).toEqual(["before"]);
  await one.inside("echo now > /state");
  expect(await one.json("snapshot", "before")).toMatchObject({ image });
  await one.json("down");
  await one.json("up", "--from-snapshot", "before");
  expect(await one.inside("cat /state")).toEqual(["now"]);
  expect((await one.json("snapshot", "rm", earlier)).removed).toEqual([{ name: "before", environment: "dev" }]);
  expect((await one.json("snapshot", "list")).length).toBe(1);
  expect((await one.json("snapshot", "rm", "before")).error).toMatchObject({ code: "SNAPSHOT_IN_USE" });
});
