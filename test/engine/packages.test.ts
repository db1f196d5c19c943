/** What a package layer is locked to: asked of apt in the image, and had again after the archive moved on. */
import { expect, it } from "vitest";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import { ensureImage } from "../../src/env/image/images.ts";
import { resolvePackages } from "../../src/env/lock/resolve-packages.ts";
import type { OperationContext } from "../../src/env/operation.ts";
import { planProject } from "../../src/env/plan-project.ts";
import { openProject } from "../../src/env/project.ts";
import { rememberArchives } from "../../src/host/packages/known-archives.ts";
import type { PackageSet } from "../../src/lock/lockfile.ts";
import { type PackagesRequest, pinRequests } from "../../src/lock/requests.ts";
import { planImage } from "../../src/plan/image.ts";
import { projectLabel } from "../../src/plan/labels.ts";
import { openAptRepository } from "../support/apt-repository.ts";
import { openSandbox } from "../support/sandbox.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";
import { thrown } from "../support/thrown.ts";

const project = "locked-packages";
const host = testHost();
const engine = connectEngine(host);

const configOf = (useIt: string, names: readonly string[], snapshot: string) => `
import { apt, defineConfig, run } from "devenv";
export default defineConfig({
  name: "${project}",
  packages: { snapshot: ${snapshot} },
  image: {
    from: "devenv-test/base:bookworm",
    layers: [run(${JSON.stringify(useIt)}), apt(${names.map((name) => JSON.stringify(name)).join(", ")})],
    user: "ada",
  },
});
`;

interface ResolveOptions {
  readonly useIt: string;
  readonly cacheDir: string;
  readonly names?: readonly string[];
  readonly prefer?: PackageSet;
  /** Source text. */
  readonly snapshot?: string;
}

/** Resolve the apt layer of a project that has a source and then that layer; build it too when told to. */
async function resolve(options: ResolveOptions & { readonly andBuild?: boolean }): Promise<PackageSet> {
  const { useIt, cacheDir, names = ["tool"], prefer = {}, snapshot = "false", andBuild = false } = options;
  using folder = temporaryFolder({ "devenv.config.ts": configOf(useIt, names, snapshot) });
  const ownHost = testHost({ cacheDir });
  const { spec, locate } = await openProject({ host: ownHost, cwd: folder.path });
  const [environment] = spec.environments;
  if (environment === undefined) throw new Error("no environment");
  const platform = `linux/${host.arch}`;
  const request = pinRequests(spec, environment, platform).find(
    (one): one is PackagesRequest => one.kind === "packages",
  );
  const image = { ...environment.image, layers: environment.image.layers.slice(0, 1) };
  const cut = { ...spec, environments: [{ ...environment, image }] };
  const context: OperationContext = { host: ownHost, engine, spec: cut, locate, report: () => {} };
  const plan = await planProject(context);
  const [planned] = plan.environments;
  if (request === undefined || planned === undefined) throw new Error("no package layer");
  const packages = await resolvePackages(context, request, { plan, image: planned.image, prefer });
  if (andBuild) {
    const sources = [undefined, { kind: "packages", packages } as const];
    const locked = planImage({ project, environment, sources, platform, base: undefined });
    await ensureImage(context, { plan, image: locked });
  }
  return packages;
}

/** What dpkg says in the image of the project. */
async function installed(): Promise<string> {
  const [image] = await engine.images.list({ [projectLabel]: project });
  await using sandbox = openSandbox();
  const id = await sandbox.create({ image: image?.tags[0] ?? "" });
  return (await engine.containers.readFile(id, "/var/lib/dpkg/status"))?.toString("utf8") ?? "";
}

async function withRepository(
  use: (repository: Awaited<ReturnType<typeof openAptRepository>>) => Promise<void>,
): Promise<void> {
  await using repository = await openAptRepository(host.arch);
  try {
    await use(repository);
  } finally {
    for (const { id, tags } of await engine.images.list({ [projectLabel]: project })) {
      for (const reference of tags.length === 0 ? [id] : tags) await engine.images.remove(reference);
    }
  }
}

const old = [
  { name: "tool", version: "1:1.0+deb12u1", depends: "tool-data" },
  { name: "tool-data", version: "1.0~rc1" },
];
const newer = [
  { name: "tool", version: "1:2.0", depends: "tool-data" },
  { name: "tool-data", version: "2.0" },
  { name: "extra", version: "1.0" },
];
const versions = (packages: PackageSet) =>
  Object.fromEntries(Object.entries(packages).map(([name, { version }]) => [name, version]));

it("pins what apt would install, and keeps its pins when the archive has newer versions", async () => {
  await withRepository(async ({ useIt, publish }) => {
    using cache = temporaryFolder();
    publish(old);
    const first = await resolve({ useIt, cacheDir: cache.path, andBuild: true });
    expect(await installed()).toMatch(
      /^Package: tool\nStatus: install ok installed\n(\S.*\n)*Version: 1:1\.0\+deb12u1$/m,
    );
    expect(versions(first)).toEqual({ tool: "1:1.0+deb12u1", "tool-data": "1.0~rc1" });
    expect(first.tool).toMatchObject({
      architecture: "all",
      archive: "example",
      suite: "stable",
      component: "main",
      path: "pool/main/tool_1.0+deb12u1_all.deb",
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    // from here on the files of the first versions come from the cache, where the build put them
    publish(newer);
    const names = ["tool", "extra"];
    const { extra, ...kept } = await resolve({ useIt, cacheDir: cache.path, names, prefer: first });
    expect(kept).toEqual(first);
    expect(extra?.version).toBe("1.0");
    const { tool: _tool, ...rest } = first;
    const moved = await resolve({ useIt, cacheDir: cache.path, prefer: rest });
    expect(versions(moved)).toEqual({ tool: "1:2.0", "tool-data": "1.0~rc1" });
    expect((await engine.images.list({ [projectLabel]: project })).length).toBe(1);
  });
});

it("takes locked files from a snapshot archive, and says what became of those that are nowhere", async () => {
  await withRepository(async ({ useIt, publish, spoil, server }) => {
    using cache = temporaryFolder();
    publish(old);
    const first = await resolve({ useIt, cacheDir: cache.path });
    const later = async (snapshot: string) => {
      using empty = temporaryFolder();
      await rememberArchives(empty.path, [{ archive: "example", address: server.url }]);
      return await resolve({ useIt, cacheDir: empty.path, prefer: first, snapshot });
    };
    spoil("pool/main/tool-data_1.0~rc1_all.deb");
    const refused = await thrown(later("false"));
    expect(refused.code).toBe("PACKAGE_REFUSED");
    expect(refused.text).toContain("`tool-data` 1.0~rc1");
    expect(refused.text).toContain(first["tool-data"]?.sha256);
    publish(newer);
    const gone = await thrown(later("false"));
    expect(gone.code).toBe("PACKAGE_GONE");
    expect(gone.text).toMatch(/`tool` is locked to version `1:1\.0\+deb12u1`.* has version `1:2\.0` now/);
    expect(gone.text).toContain("`devenv lock --update tool`");
    publish(old, "snapshot/example/");
    expect(await later(JSON.stringify(`${server.url}/snapshot`))).toEqual(first);
  });
});

it("says which package no archive has, and why others do not fit together", async () => {
  await withRepository(async ({ useIt, publish }) => {
    using cache = temporaryFolder();
    publish([{ name: "tool", version: "1.0", depends: "missing-part" }]);
    const unknown = await thrown(resolve({ useIt, cacheDir: cache.path, names: ["tool", "toool", "tool=3"] }));
    expect(unknown.code).toBe("LOCK_PACKAGE_UNKNOWN");
    expect(unknown.text).toContain("`image.layers[1]` asks for `toool`, `tool=3`");
    expect(unknown.text).toContain("E: Unable to locate package toool");
    const unsolvable = await thrown(resolve({ useIt, cacheDir: cache.path }));
    expect(unsolvable.code).toBe("LOCK_UNSOLVABLE");
    expect(unsolvable.text).toContain("missing-part");
    expect(await resolve({ useIt, cacheDir: cache.path, names: ["dpkg"] })).toEqual({});
  });
});
