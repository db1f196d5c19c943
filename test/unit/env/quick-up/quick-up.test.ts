/** From what an `up` remembered to what the next one answers, with a made-up engine and real files. */
import { mkdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { ContainerInfo } from "../../../../src/engine/containers.ts";
import type { Engine } from "../../../../src/engine/engine.ts";
import { rememberMounts } from "../../../../src/env/container/mount-record.ts";
import type { OperationContext } from "../../../../src/env/operation.ts";
import { openProject, type Project } from "../../../../src/env/project.ts";
import { answerQuickly } from "../../../../src/env/quick-up/answer.ts";
import { rememberUp } from "../../../../src/env/quick-up/remember.ts";
import { watchHost } from "../../../../src/env/quick-up/watched-host.ts";
import type { Host } from "../../../../src/host/host.ts";
import type { EnvironmentPlan } from "../../../../src/plan/plan.ts";
import { type TemporaryFolder, temporaryFolder } from "../../../support/temporary-folder.ts";
import { testHost } from "../../../support/test-host.ts";

const config = `
import { copy, defineConfig } from "devenv";
import { name } from "./parts/name";
export default defineConfig(({ env }) => ({
  name,
  image: { from: "debian", layers: [copy("src", "/src")] },
  env: { GREETING: env.GREETING ?? "hello" },
  envFile: ".env",
}));
`;

const container: ContainerInfo = {
  id: "c0ffee",
  name: "shop-dev-0123abcd",
  image: "localhost/shop/dev:1",
  state: "running",
  labels: { "devenv.environment": "dev", "devenv.inputs": "{}" },
  ports: [{ container: 3000, host: 3000 }],
  created: 1,
};

/** A project in a folder of its own, remembered; `answer` is what a quick `up` says afterwards. */
async function remembered(
  tree: Record<string, string> = {},
  { startedAt = Date.now() + 10_000, mounted }: { startedAt?: number; mounted?: string } = {},
) {
  const folder = temporaryFolder({
    "work/devenv.config.ts": config,
    "work/parts/name.ts": 'export const name = "shop";',
    "work/src/a.txt": "a",
    "work/src/deep/b.txt": "b",
    "work/.env": "A=1",
    "work/sub/x": "",
    "work/.git/HEAD": "ref: refs/heads/main\n",
    "main.js": "",
    ...tree,
  });
  const root = join(folder.path, "work");
  const caller = {
    host: testHost({ env: { GREETING: "hi" }, cacheDir: join(folder.path, "cache"), uid: 1000, gid: 1000 }),
    cwd: root,
    program: join(folder.path, "main.js"),
    node: "v24 /usr/bin/node",
  };
  let containers: readonly ContainerInfo[] = [container];
  const engineAt = (address: string) =>
    ({ address, containers: { list: async () => containers } }) as unknown as Engine;
  const watched = watchHost(caller.host);
  const project = await openProject({ host: watched.host, cwd: root });
  if (mounted !== undefined) await rememberMounted(caller.host, project, mounted);
  await rememberUp({
    ...caller,
    engine: engineAt("unix:///run/engine.sock"),
    project,
    variables: watched.lookedAt() ?? [],
    startedAt,
    summary: { plain: "up to date\n", coloured: "UP TO DATE\n" },
  });
  // a change within the clock's tick that the kernel stamps files with cannot be told from no change
  await setTimeout(20);
  return {
    folder,
    root,
    caller,
    see: (seen: readonly ContainerInfo[]) => {
      containers = seen;
    },
    answer: async (other: Partial<typeof caller> = {}, address = "unix:///run/engine.sock") =>
      (await answerQuickly({ ...caller, ...other }, async () => engineAt(address)))?.plain,
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

async function rememberMounted(host: Host, { spec }: Project, source: string): Promise<void> {
  const context = { host: { ...host, platform: "linux" }, spec, engine: { address: "unix:///run/engine.sock" } };
  const plan = { mounts: [{ kind: "bind", source, target: "/file", readOnly: false }], volumes: [], workspace: {} };
  const environment = { name: "dev", container: plan };
  await rememberMounts(context as unknown as OperationContext, {
    environment: environment as unknown as EnvironmentPlan,
    id: container.id,
  });
}

/** Other content of the same size, with the file's times set back. */
function rewrite(file: string, text: string): void {
  const { atime, mtime } = statSync(file);
  writeFileSync(file, text);
  utimesSync(file, atime, mtime);
}

type Change = (root: string, folder: TemporaryFolder) => void;
const changes: Record<string, Change> = {
  "the config, of the same size with its time set back": (root) =>
    rewrite(join(root, "devenv.config.ts"), config.replace("hello", "HELLO")),
  "a file that it imports": (root) => rewrite(join(root, "parts/name.ts"), 'export const name = "SHOP";'),
  "a file that an import finds first": (root) => writeFileSync(join(root, "parts/name"), ""),
  "a config of another name": (_root, folder) => folder.write({ "work/devenv.config.mts": config }),
  "new overrides": (root) => writeFileSync(join(root, "devenv.local.ts"), "export default {};"),
  "overrides in another format": (root) => writeFileSync(join(root, "devenv.local.json"), "{}"),
  "the env file": (root) => rewrite(join(root, ".env"), "A=2"),
  "an env file that is gone": (root) => rmSync(join(root, ".env")),
  "a file to copy": (root) => rewrite(join(root, "src/deep/b.txt"), "c"),
  "a new file to copy": (root) => writeFileSync(join(root, "src/deep/c.txt"), ""),
  "a folder to copy that was renamed": (root) => renameSync(join(root, "src/deep"), join(root, "src/other")),
  "what is not to be copied": (root) => writeFileSync(join(root, ".dockerignore"), "src/deep\n"),
  "the workspace's folder, made anew": (root) => {
    renameSync(root, `${root}-old`);
    mkdirSync(root);
    for (const name of ["devenv.config.ts", "parts", "src", ".env"])
      renameSync(join(`${root}-old`, name), join(root, name));
  },
  "the work trees beside it": (root) => mkdirSync(join(root, ".git/worktrees/other"), { recursive: true }),
  "the git folder, made anew": (root) => {
    renameSync(join(root, ".git"), join(root, ".git-old"));
    mkdirSync(join(root, ".git"));
    writeFileSync(join(root, ".git/HEAD"), "ref: refs/heads/main\n");
  },
  "the git folder, which is elsewhere now": (root) => {
    rmSync(join(root, ".git"), { recursive: true });
    writeFileSync(join(root, ".git"), "gitdir: /elsewhere\n");
  },
  "devenv itself": (_root, folder) => rewrite(join(folder.path, "main.js"), ""),
};

describe("a quick up", () => {
  it("answers as long as nothing changed", async () => {
    using project = await remembered();
    expect(await project.answer()).toBe("up to date\n");
    writeFileSync(join(project.root, "unrelated.txt"), "");
    writeFileSync(join(project.root, ".git/index"), "");
    expect(await project.answer()).toBe("up to date\n");
  });

  it.each(Object.entries(changes))("gives way to a change of %s", async (_name, change) => {
    using project = await remembered();
    change(project.root, project.folder);
    expect(await project.answer()).toBeUndefined();
  });

  it("gives way to a variable that the config looked at, and to that alone", async () => {
    using project = await remembered();
    const withEnv = (env: Record<string, string>) => project.answer({ host: { ...project.caller.host, env } });
    expect(await withEnv({ GREETING: "hi", OTHER: "x" })).toBe("up to date\n");
    expect(await withEnv({ GREETING: "ho" })).toBeUndefined();
    expect(await withEnv({})).toBeUndefined();
    expect(await withEnv({ GREETING: "hi", CI: "1" })).toBeUndefined();
  });

  it.each([
    ["another user", { uid: 1001 }],
    ["another group", { gid: 1001 }],
    ["another home", { home: "/home/eve" }],
  ])("gives way to %s", async (_name, other) => {
    using project = await remembered();
    expect(await project.answer({ host: { ...project.caller.host, ...other } })).toBeUndefined();
  });

  it("gives way to another Node, another program, another folder and another engine", async () => {
    using project = await remembered();
    expect(await project.answer({ node: "v26 /usr/bin/node" })).toBeUndefined();
    expect(await project.answer({ program: "/elsewhere/main.js" })).toBeUndefined();
    expect(await project.answer({ cwd: join(project.root, "sub") })).toBeUndefined();
    expect(await project.answer({}, "unix:///run/other.sock")).toBeUndefined();
  });

  it.each<[string, readonly ContainerInfo[]]>([
    ["is gone", []],
    ["is stopped", [{ ...container, state: "exited" }]],
    ["is paused", [{ ...container, state: "paused" }]],
    ["has another name", [{ ...container, name: "shop-dev-0123abcd.old" }]],
    ["was made anew", [{ ...container, id: "beef" }]],
    ["has other inputs", [{ ...container, labels: { ...container.labels, "devenv.inputs": '{"a":"b"}' } }]],
    ["publishes another port", [{ ...container, ports: [{ container: 3000, host: 3001 }] }]],
    ["is not alone", [container, { ...container, id: "beef", name: "shop-old-0123abcd" }]],
  ])("gives way when the container %s", async (_name, seen) => {
    using project = await remembered();
    project.see(seen);
    expect(await project.answer()).toBeUndefined();
  });

  it("does not remember what was written just before it was read", async () => {
    using project = await remembered({}, { startedAt: Date.now() });
    expect(await project.answer()).toBeUndefined();
  });

  it("does not remember a config that may depend on anything else", async () => {
    using project = await remembered({ "work/parts/name.ts": 'export const name = "shop" + new Date().getDay();' });
    expect(await project.answer()).toBeUndefined();
  });

  it.each<[string, (path: string) => void]>([
    [
      "is saved by another name",
      (path) => {
        writeFileSync(`${path}.new`, "a");
        renameSync(`${path}.new`, path);
      },
    ],
    ["is gone", (path) => rmSync(path)],
  ])("gives way when what is mounted %s, and to no change of its content", async (_name, change) => {
    const mounted = temporaryFolder({ file: "a" });
    using project = await remembered({}, { mounted: join(mounted.path, "file") });
    writeFileSync(join(mounted.path, "file"), "b");
    expect(await project.answer()).toBe("up to date\n");
    change(join(mounted.path, "file"));
    expect(await project.answer()).toBeUndefined();
    mounted[Symbol.dispose]();
  });

  it("does not remember links among the files to copy", async () => {
    const linked = config.replace('copy("src"', 'copy("linked"');
    using project = await remembered({ "work/devenv.config.ts": linked, "work/linked/a": "" });
    expect(await project.answer()).toBe("up to date\n");
    using other = temporaryFolder({ link: { link: "nowhere" } });
    renameSync(join(other.path, "link"), join(project.root, "linked/link"));
    expect(await project.answer()).toBeUndefined();
  });
});
