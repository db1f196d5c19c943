/** `devenv prune` on the real engine: what goes, and above all what stays. */
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { Readable } from "node:stream";
import { expect, it } from "vitest";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import { readWorkspace } from "../../src/env/workspace.ts";
import { ownMark, writeMark } from "../../src/host/process-mark.ts";
import { workspaceId } from "../../src/plan/container.ts";
import { projectLabel } from "../../src/plan/labels.ts";
import { removeProject } from "../support/remove-project.ts";
import { runCli } from "../support/run-cli.ts";
import { baseImage, openSandbox } from "../support/sandbox.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";

const host = testHost();
const engine = connectEngine(host);

const environment = (layer: string) =>
  `{ image: { from: "devenv-test/base:bookworm", layers: [run("${layer}")] }, workspace: { volumes: ["deps"] } }`;
const config = (name: string, environments: string) => `
import { defineConfig, run } from "devenv";
export default defineConfig({ name: "${name}", environments: { ${environments} } });
`;

function openProject(name: string, environments: string) {
  const folder = temporaryFolder({ "shop/devenv.config.ts": config(name, environments) });
  const at =
    (place: string) =>
    (...args: string[]) =>
      runCli(args, { cwd: `${folder.path}/${place}` });
  const prune = async (...args: string[]) => JSON.parse((await at("shop")("prune", "--json", ...args)).stdout);
  return {
    ...folder,
    at,
    devenv: at("shop"),
    prune,
    kinds: async (...args: string[]) =>
      (await prune(...args)).items.map(({ kind, reason }: { kind: string; reason: string }) => `${kind}: ${reason}`),
    [Symbol.asyncDispose]: async () => {
      await removeProject(name);
      folder[Symbol.dispose]();
    },
  };
}

/** A tar that holds nothing. */
const emptyTar = () => Readable.from([Buffer.alloc(1024)]);

it("removes what the config no longer has and what it no longer builds, and nothing that is in use", async () => {
  // An image out of the build cache is as old as its cache: let none be there from an earlier run.
  const run = randomUUID();
  const [plain, dropped, changed] = ["plain", "old", "new"].map((word) => environment(`: ${word} ${run}`));
  await using project = openProject("prune-own", `dev: ${plain}, old: ${dropped}`);
  const first = JSON.parse((await project.devenv("up", "--json")).stdout).environments;
  const [oldDev, old] = first;
  project.write({ "shop/devenv.config.ts": config("prune-own", `dev: ${changed}`) });
  const [dev] = JSON.parse((await project.devenv("up", "--json")).stdout).environments;

  expect((await project.devenv("status")).stdout).toBe(
    `ENVIRONMENT  STATE    HEALTH  PORTS  IMAGE
dev          running  none    -      ${dev.image.slice(0, dev.image.indexOf(":") + 13)}
  up to date
leftover: \`${old.container}\` (running) of \`old\`, which the config no longer has; \`devenv down old\` or \`devenv prune\` removes it
`,
  );
  const gone = "environment `old` is no longer in the config";
  const unused = "no environment of the config has it, and no container";
  const dry = await project.prune("--dry-run");
  expect(dry).toMatchObject({ project: "prune-own", dryRun: true });
  const claims = (await engine.images.list({})).flatMap(({ tags }) =>
    tags.filter((one) => [old.image, oldDev.image].some((image) => one !== image && one.endsWith(image.split(":")[1]))),
  );
  const told = dry.items.map(({ kind, name, reason }: Record<string, string>) => [kind, name, reason].join(" "));
  expect(told.toSorted()).toEqual([
    `container ${old.container} ${gone}`,
    ...[old.image, oldDev.image, ...claims].map((image) => `image ${image} ${unused}`).toSorted(),
    `volume ${old.container}-deps ${gone}`,
    expect.stringMatching(`^volume ${old.container}-history-\\w+ ${gone}$`),
  ]);
  expect(dry.size).toBe(dry.items.reduce((sum: number, { size }: { size: number | null }) => sum + (size ?? 0), 0));
  expect(dry.size).toBeGreaterThan(1e6);
  expect(await project.kinds("--older-than", "1h")).toEqual([]);

  const { stdout, stderr } = await project.devenv("prune");
  expect(stderr).toBe("prune-own: removed 7 items\n");
  const [titles = "", ...lines] = stdout.trimEnd().split("\n");
  expect(titles.split(/ {2,}/)).toEqual(["KIND", "NAME", "SIZE", "AGE", "REASON"]);
  expect(lines[0]?.split(/ {2,}/)).toEqual(["container", old.container, "-", expect.any(String), gone]);
  expect(lines.at(-1)).toMatch(/^total +\d+\.\d MB$/);

  expect(await project.devenv("prune")).toMatchObject({ stdout: "", stderr: "prune-own: nothing to remove\n" });
  const volumes = await engine.volumes.list({ [projectLabel]: "prune-own" });
  expect(volumes.map(({ labels }) => labels["devenv.environment"])).toEqual(["dev", "dev"]);
  expect(JSON.parse((await project.devenv("up", "--json")).stdout).environments[0].action).toBe("kept");
});

it("removes what workspaces left whose folders are gone, and keeps those of others", async () => {
  await using project = openProject("prune-gone", `dev: ${environment("true")}`);
  const text = config("prune-gone", `dev: ${environment("true")}`);
  await project.devenv("config");
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: project.path, stdio: "ignore" });
  git("init", "shop");
  git("-C", "shop", "add", ".");
  git("-C", "shop", "commit", "-m", "first");
  for (const clone of ["there", "lost"]) git("clone", "shop", clone);
  // one of the same name that is no clone
  project.write({ "other/devenv.config.ts": text });
  await project.at("other")("up");
  rmSync(`${project.path}/other`, { recursive: true });
  await project.at("there")("up");
  await project.at("lost")("up");
  rmSync(`${project.path}/lost`, { recursive: true });
  const gone = `workspace \`${project.path}/lost\` no longer exists`;
  expect(await project.kinds()).toEqual([`container: ${gone}`, `volume: ${gone}`, `volume: ${gone}`]);
  expect(await project.kinds()).toEqual([]);
  const left = await engine.containers.list({ [projectLabel]: "prune-gone" });
  expect(left.map(({ labels }) => labels["devenv.root"]).toSorted()).toEqual([
    `${project.path}/other`,
    `${project.path}/there`,
  ]);
  expect(await engine.volumes.list({ [projectLabel]: "prune-gone" })).toHaveLength(4);
});

it("removes what killed commands left, snapshots when asked, and never another project's", async () => {
  await using project = openProject("prune-left", `dev: ${environment("true")}`);
  await using neighbour = openProject("prune-next", `dev: ${environment("true")}`);
  await neighbour.devenv("config");
  await project.devenv("up");
  const [dev] = await engine.containers.list({ [projectLabel]: "prune-left" });
  const mark = await ownMark(host);
  const create = (name: string, labels: Record<string, string>) =>
    engine.containers.create({
      ...{ name, image: baseImage, command: ["true"], workdir: "/", env: {}, mounts: [], ports: [] },
      labels: { [projectLabel]: "prune-left", ...labels },
    });
  const tag = (project: string, rest: string) => `localhost/${project}/dev${rest}`;
  const importImage = (name: string, labels: Record<string, string>) =>
    engine.images.import(emptyTar(), { tag: name, platform: "linux/amd64", labels });
  await create(`${dev?.name}.image`, dev?.labels ?? {});
  const ofCi = (state: object) => ({ "devenv.environment": "dev", "devenv.ci": writeMark({ ...mark, ...state }) });
  await create("prune-left-dev-ci-00000001", ofCi({ started: "1" }));
  await create("prune-left-dev-ci-00000002", ofCi({}));
  const { folder } = (await readWorkspace(`${project.path}/shop`)).workspace;
  const snapshot = { [projectLabel]: "prune-left", "devenv.environment": "dev", "devenv.snapshot": "one" };
  const earlier = tag("prune-left", "/snapshots:one");
  for (const one of [tag("prune-left", `/snapshots/${folder}:one`), earlier]) await importImage(one, snapshot);
  const foreign = tag("prune-next", `:${"a".repeat(64)}`);
  await importImage(foreign, { [projectLabel]: "prune-next" });
  const { folder: next } = (await readWorkspace(`${neighbour.path}/shop`)).workspace;
  await engine.images.tag(foreign, `localhost/prune-next/devenv/${next}/dev:${"a".repeat(64)}`);

  expect(await project.kinds()).toEqual(
    expect.arrayContaining([
      "container: left by an interrupted command",
      "container: left by a `devenv ci` that was killed",
    ]),
  );
  const names = async () =>
    (await engine.containers.list({ [projectLabel]: "prune-left" })).map(({ name }) => name).toSorted();
  expect(await names()).toEqual([dev?.name, "prune-left-dev-ci-00000002"].toSorted());
  expect(await project.kinds()).toEqual([]);
  expect(await project.kinds("--snapshots")).toEqual(["snapshot: no container was made from it"]);
  for (const one of [foreign, earlier]) expect(await engine.images.inspect(one)).toBeDefined();
  const unused = "image: no environment of the config has it, and no container";
  expect(await neighbour.kinds()).toEqual([unused, unused]);
  expect(await engine.images.inspect(foreign)).toBeUndefined();
});

it("keeps a volume that somebody else's container uses, and says so", async () => {
  await using project = openProject("prune-used", `dev: ${environment("true")}`);
  await using sandbox = openSandbox();
  const root = `${project.path}/lost`;
  await project.devenv("config");
  const labels = {
    ...{ [projectLabel]: "prune-used", "devenv.environment": "old", "devenv.root": root },
    ...{ "devenv.workspace": workspaceId(root), "devenv.folder": "ba9876543210" },
    "devenv.project.id": (await readWorkspace(`${project.path}/shop`)).workspace.folder,
  };
  const name = sandbox.name("data");
  await engine.volumes.create(name, labels);
  await sandbox.create({ mounts: [{ kind: "volume", source: name, target: "/data", readOnly: false }] });
  expect(await project.devenv("prune")).toEqual({
    exitCode: 0,
    signal: null,
    stdout: "",
    stderr: `warning: volume \`${name}\` stays: it is in use\nprune-used: nothing to remove\n`,
  });
  expect(await engine.volumes.list({ [projectLabel]: "prune-used" })).toMatchObject([{ name }]);
});

it("refuses an age that is none", async () => {
  await using project = openProject("prune-age", `dev: ${environment("true")}`);
  expect(await project.devenv("prune", "--older-than", "soon")).toMatchObject({
    exitCode: 2,
    stderr:
      "error: `--older-than` takes an age such as `7d`, not `soon`\n\nhint: the units are `m`, `h`, `d` and `w`\n",
  });
});
