/** What an apk layer is locked to: asked of apk in the image, had again after the repository moved on, and built alike twice. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import { build } from "../../src/env/build.ts";
import { lock } from "../../src/env/lock/lock.ts";
import type { OperationContext } from "../../src/env/operation.ts";
import { openProject } from "../../src/env/project.ts";
import type { PackageSet } from "../../src/lock/lockfile.ts";
import { readLockfile } from "../../src/lock/store.ts";
import { projectLabel } from "../../src/plan/labels.ts";
import { alpineImage } from "../support/alpine-image.ts";
import { type ApkRepository, openApkRepository } from "../support/apk-repository.ts";
import { removeProject } from "../support/remove-project.ts";
import { openSandbox } from "../support/sandbox.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";
import { thrown } from "../support/thrown.ts";

const project = "locked-apk";
const host = testHost();
const engine = connectEngine(host);
const platform = `linux/${host.arch}`;
const apkArch = host.arch === "arm64" ? "aarch64" : "x86_64";

interface Config {
  readonly useIt: string;
  /** Names of each apk layer. */
  readonly layers: readonly (readonly string[])[];
  readonly mirror?: string;
  readonly snapshot?: string;
}

const configOf = ({ useIt, layers, mirror, snapshot }: Config) => `
import { apk, defineConfig, run } from "devenv";
export default defineConfig({
  name: "${project}",
  packages: ${JSON.stringify({ mirrors: mirror === undefined ? {} : { alpine: mirror }, snapshot: snapshot ?? false })},
  image: {
    from: "${alpineImage}",
    layers: [run(${JSON.stringify(useIt)}), ${layers.map((names) => `apk(...${JSON.stringify(names)})`).join(", ")}],
  },
});
`;

const old = [
  { name: "devenv-tool", version: "1.0-r0", depends: "devenv-data" },
  { name: "devenv-data", version: "1.0_p1-r0" },
  { name: "devenv-extra", version: "1.0-r0" },
];
const newer = [
  { name: "devenv-tool", version: "2.0-r0", depends: "devenv-data" },
  { name: "devenv-data", version: "2.0-r0" },
  { name: "devenv-extra", version: "2.0-r0" },
];
const layers = [["devenv-tool"], ["devenv-extra"]];

interface Opened {
  readonly repository: ApkRepository;
  readonly folder: TemporaryFolder;
  /** The project as its files say now. */
  context(cache: TemporaryFolder): Promise<OperationContext>;
  /** Sets of the lock by chain. */
  locked(): Promise<Readonly<Record<string, PackageSet>>>;
}

async function withProject(use: (opened: Opened) => Promise<void>): Promise<void> {
  await using repository = await openApkRepository(apkArch);
  using folder = temporaryFolder();
  try {
    await use({
      repository,
      folder,
      context: async ({ path: cacheDir }) => {
        const ownHost = testHost({ cacheDir });
        const { spec, locate } = await openProject({ host: ownHost, cwd: folder.path });
        return { host: ownHost, engine, spec, locate, report: () => {} };
      },
      locked: async () => Object.values((await readLockfile(folder.path))?.packages ?? {})[0]?.[platform] ?? {},
    });
  } finally {
    await removeProject(project);
  }
}

async function buildLayers(context: OperationContext): Promise<readonly string[]> {
  const { environments } = await build(context, { names: [], noCache: true });
  return (await engine.images.inspect(environments[0]?.image ?? ""))?.layers ?? [];
}

async function fileOf(path: string): Promise<string> {
  const [image] = await engine.images.list({ [projectLabel]: project });
  await using sandbox = openSandbox();
  const id = await sandbox.create({ image: image?.tags[0] ?? "" });
  return (await engine.containers.readFile(id, path))?.toString("utf8") ?? "";
}

const versions = (set: PackageSet | undefined) =>
  Object.fromEntries(Object.entries(set ?? {}).map(([name, { version }]) => [name, version]));
const first = "apk(devenv-tool)";
const second = "apk(devenv-tool) > apk(devenv-extra)";

it("pins what apk installs, gives the same bytes after the repository moved on, and moves what it is told to", async () => {
  await withProject(async ({ repository, folder, context, locked }) => {
    const { useIt, publish, server } = repository;
    using cache = temporaryFolder();
    folder.write({ "devenv.config.ts": configOf({ useIt, layers }) });
    await publish(old);
    const built = await buildLayers(await context(cache));
    const pins = await locked();
    expect(versions(pins[first])).toEqual({ "devenv-tool": "1.0-r0", "devenv-data": "1.0_p1-r0" });
    expect(versions(pins[second])).toEqual({ "devenv-extra": "1.0-r0" });
    expect(pins[first]?.["devenv-data"]).toMatchObject({
      architecture: apkArch,
      archive: "alpine",
      suite: "v3.20",
      component: "main",
      path: `v3.20/main/${apkArch}/devenv-data-1.0_p1-r0.apk`,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await fileOf("/etc/apk/world")).toMatch(/^devenv-extra\ndevenv-tool$/m);
    expect(await fileOf("/usr/share/devenv-data")).toBe("1.0_p1-r0");
    expect(await fileOf("/lib/apk/db/installed")).toContain("P:devenv-data\nV:1.0_p1-r0\n");

    await publish(newer);
    await sleep(1100);
    expect(await buildLayers(await context(cache))).toEqual(built);
    await publish(old, "snapshot/alpine/");
    using empty = temporaryFolder();
    const snapshot = `${server.url}/snapshot`;
    folder.write({ "devenv.config.ts": configOf({ useIt, layers, mirror: server.url, snapshot }) });
    expect(await buildLayers(await context(empty))).toEqual(built);

    folder.write({ "devenv.config.ts": configOf({ useIt, layers: [...layers, ["devenv-data"]] }) });
    await build(await context(cache), { names: [] });
    expect(await locked()).toEqual({ ...pins, [`${second} > apk(devenv-data)`]: {} });
    expect(await fileOf("/etc/apk/world")).toMatch(/^devenv-data\ndevenv-extra\ndevenv-tool$/m);

    folder.write({ "devenv.config.ts": configOf({ useIt, layers }) });
    await lock(await context(cache), { update: ["devenv-tool"] });
    expect(versions((await locked())[first])).toEqual({ "devenv-tool": "2.0-r0", "devenv-data": "1.0_p1-r0" });
    expect((await locked())[second]).toEqual(pins[second]);
    await lock(await context(cache), { update: [] });
    expect(versions((await locked())[first])).toEqual({ "devenv-tool": "2.0-r0", "devenv-data": "2.0-r0" });
    expect(versions((await locked())[second])).toEqual({ "devenv-extra": "2.0-r0" });
  });
});

it("refuses other bytes than those locked, and says what became of a file that is nowhere", async () => {
  await withProject(async ({ repository, folder, context, locked }) => {
    const { useIt, publish, spoil, server } = repository;
    folder.write({ "devenv.config.ts": configOf({ useIt, layers, mirror: server.url }) });
    await publish(old);
    using cache = temporaryFolder();
    await build(await context(cache), { names: [] });
    const pin = (await locked())[first]?.["devenv-data"];
    await removeProject(project);
    using empty = temporaryFolder();
    spoil(pin?.path ?? "");
    const refused = await thrown(context(empty).then((one) => build(one, { names: [], noCache: true })));
    expect(refused.code).toBe("PACKAGE_REFUSED");
    expect(refused.text).toContain(pin?.sha256);
    await publish(newer);
    const gone = await thrown(context(empty).then((one) => build(one, { names: [], noCache: true })));
    expect(gone.code).toBe("PACKAGE_GONE");
    expect(gone.text).toMatch(
      /is locked to version `1\.0.*`, which archive `alpine` no longer has; it has version `2\.0-r0` now/,
    );
  });
});

it("says which package no repository has, why others do not fit together, and whose index is not signed", async () => {
  await withProject(async ({ repository, folder, context }) => {
    const { useIt, publish, spoil } = repository;
    using cache = temporaryFolder();
    const build_ = async (names: readonly string[]) => {
      folder.write({ "devenv.config.ts": configOf({ useIt, layers: [names] }) });
      return thrown(context(cache).then((one) => build(one, { names: [] })));
    };
    await publish([{ name: "devenv-tool", version: "1.0-r0", depends: "devenv-missing" }]);
    const unknown = await build_(["devenv-tool", "devenv-toool"]);
    expect(unknown.code).toBe("LOCK_PACKAGE_UNKNOWN");
    expect(unknown.text).toContain("`image.layers[1]` asks for `devenv-toool`, which");
    const unsolvable = await build_(["devenv-tool"]);
    expect(unsolvable.code).toBe("LOCK_UNSOLVABLE");
    expect(unsolvable.text).toContain("devenv-missing");
    spoil(`v3.20/main/${apkArch}/APKINDEX.tar.gz`);
    expect((await build_(["devenv-tool"])).code).toBe("LOCK_UNSOLVABLE");
  });
});
