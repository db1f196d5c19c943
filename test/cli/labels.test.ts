/** Containers and images that carry the labels of devenv, and that devenv did not make. */
import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ownMark, writeMark } from "../../src/host/process-mark.ts";
import { workspaceId } from "../../src/plan/container.ts";
import { openCliProject, plainConfig } from "../support/cli-project.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";
import { docker } from "../support/test-project.ts";

const lines = async (...args: string[]) => (await docker(...args)).trim().split("\n");
const stateOf = async (container: string) =>
  (await lines("inspect", "--format", "{{.Name}} {{.State.Status}}", container))[0];

it("takes no container of a committed environment for its own, whatever it is called", async () => {
  const config = plainConfig("lab-copy", '  workspace: { volumes: ["out"] },');
  await using project = openCliProject("lab-copy", { "devenv.config.ts": config });
  const copy = `lab-copy-${randomUUID().slice(0, 8)}`;
  const { container } = (await project.json("up")).environments[0];
  await docker("commit", container, copy);
  try {
    const [mine, again] = [`${copy}-mine`, `${copy}-again`];
    await docker("run", "-d", "--name", mine, copy);
    expect(await project.inside("hostname")).toEqual([
      (await lines("inspect", "-f", "{{.Config.Hostname}}", container))[0],
    ]);
    expect((await project.json("up")).environments[0]).toMatchObject({ action: "kept", container });
    await docker("run", "-d", "--name", again, "--volumes-from", container, copy);
    expect((await project.json("down")).removed).toEqual([container]);
    await expect(project.inside("true")).rejects.toThrow("No environment of this workspace is up");
    expect((await project.devenv(["stop"])).exitCode).toBe(0);
    expect((await project.json("prune")).items.map(({ kind }: { kind: string }) => kind)).not.toContain("container");

    // in the place of the one that is gone, and then without its image
    await docker("rm", "-f", again);
    await docker("rename", mine, container);
    expect((await project.devenv(["up"])).stderr).toContain(
      `A container named \`${container}\` exists already and is not one of this workspace`,
    );
    await docker("stop", "-t", "0", container);
    await docker("rmi", "-f", copy);
    await docker("start", container);
    expect((await project.json("down")).removed).toEqual([]);
    expect(await stateOf(container)).toBe(`/${container} running`);

    await docker("rename", container, mine);
    expect((await project.json("up")).environments[0]).toMatchObject({ action: "created", container });
    // one of ours under another name is known
    await docker("rename", container, again);
    expect((await project.json("up")).environments[0]).toMatchObject({ action: "started", container });
    expect((await project.json("down")).removed).toEqual([container]);
    expect(await stateOf(mine)).toBe(`/${mine} running`);
  } finally {
    await docker("rm", "-f", ...(await lines("ps", "-aq", "--filter", `name=${copy}`)).filter((id) => id !== "")).catch(
      () => "",
    );
    await docker("rmi", "-f", copy).catch(() => "");
  }
});

it("believes no label that an image brings, and makes none a path", async () => {
  using folder = temporaryFolder({ "keep/file": "kept" });
  await using project = openCliProject("lab-image", { "devenv.config.ts": plainConfig("lab-image") });
  const root = project.path;
  const tag = `lab-image-${randomUUID().slice(0, 8)}`;
  const mark = writeMark({ ...(await ownMark(testHost())), started: "1" });
  const own = { "devenv.project": "lab-image", "devenv.environment": "dev" };
  const images: readonly Record<string, string>[] = [
    { ...own, "devenv.workspace": workspaceId(root), "devenv.root": root, "devenv.folder": "0123456789ab" },
    { ...own, "devenv.workspace": `${"../".repeat(20)}${folder.path}/keep`, "devenv.root": "/nowhere/at/all" },
    { ...own, "devenv.ci": mark },
  ];
  try {
    for (const [index, labels] of images.entries()) {
      const flags = Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]);
      await docker("run", "-d", "--name", `${tag}-${index}`, ...flags, "devenv-test/base:bookworm", "sleep", "inf");
    }
    const before = await lines("ps", "--filter", `name=${tag}`, "--format", "{{.Names}} {{.State}}");
    expect(before).toHaveLength(3);
    const [environment] = (await project.json("up")).environments;
    expect(environment).toMatchObject({ action: "created" });
    expect((await project.json("prune")).items).toEqual([]);
    expect((await project.json("down")).removed).toEqual([environment.container]);
    expect(await lines("ps", "--filter", `name=${tag}`, "--format", "{{.Names}} {{.State}}")).toEqual(before);
    expect(readdirSync(join(folder.path, "keep"))).toEqual(["file"]);
  } finally {
    await docker("rm", "-f", ...images.map((_labels, index) => `${tag}-${index}`)).catch(() => "");
  }
});

it("is not misled by what the labels of a base image say", async () => {
  const name = "lab-base";
  const tag = `lab-base-${randomUUID().slice(0, 8)}`;
  await using project = openCliProject(name, {
    "devenv.config.ts": plainConfig(name).replace("devenv-test/base:bookworm", `${tag}:1`),
    Dockerfile: `FROM devenv-test/base:bookworm
LABEL devenv.sync=x devenv.ci=y devenv.snapshot=z devenv.secrets.env=A devenv.workspace.mode=sync devenv.ports={"1:1":1}
`,
  });
  await docker("build", "-q", "-t", `${tag}:1`, project.path);
  try {
    const first = (await project.json("up")).environments[0];
    expect(first).toMatchObject({ action: "created" });
    expect((await project.json("up")).environments[0]).toMatchObject({ ...first, action: "kept", reasons: [] });
    expect(await project.inside("echo here")).toEqual(["here"]);
    expect((await project.json("status")).environments[0]).toMatchObject({ state: "running", stale: [] });
    expect((await project.json("prune")).items).toEqual([]);
    expect((await project.json("down")).removed).toEqual([first.container]);
  } finally {
    await docker("rmi", "-f", `${tag}:1`).catch(() => "");
  }
});
