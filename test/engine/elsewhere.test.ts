/** What is locked for a platform that nothing here can run: asked of apt in an image of the own one. */
import { expect, it } from "vitest";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import { readElsewhere } from "../../src/env/lock/elsewhere.ts";
import { resolvePackages } from "../../src/env/lock/resolve-packages.ts";
import type { OperationContext, ProgressEvent } from "../../src/env/operation.ts";
import { planProject } from "../../src/env/plan-project.ts";
import { openProject } from "../../src/env/project.ts";
import { resolveManifest } from "../../src/host/registry/resolve-manifest.ts";
import { emptyLockfile } from "../../src/lock/lockfile.ts";
import { type PackagesRequest, pinRequests } from "../../src/lock/requests.ts";
import { baseImageTag } from "../../src/plan/base-image.ts";
import { parseImageReference } from "../../src/spec/image-reference.ts";
import { openAptRepository } from "../support/apt-repository.ts";
import { packageSetOf } from "../support/locks.ts";
import { removeProject } from "../support/remove-project.ts";
import { isReachedByEngine, openSmallRegistry } from "../support/small-registry.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";

const project = "locked-elsewhere";
const engine = connectEngine(testHost());
/** None that this machine has, or could run. */
const [platform, architecture] = ["linux/s390x", "s390x"];

const configOf = (useIt: string, registry: string) => `
import { apt, defineConfig, run } from "devenv";
export default defineConfig({
  name: "${project}",
  registries: { "docker.io": "${registry}" },
  image: { from: "devenv-test/base:bookworm", layers: [run(${JSON.stringify(useIt)}), apt("tool")] },
});
`;

async function withLayer(
  { useIt = "true", registry = "127.0.0.1:1" },
  use: (context: OperationContext, request: PackagesRequest) => Promise<void>,
): Promise<void> {
  using folder = temporaryFolder({ "devenv.config.ts": configOf(useIt, registry), cache: null });
  const host = testHost({ cacheDir: `${folder.path}/cache` });
  const { spec, locate } = await openProject({ host, cwd: folder.path });
  const [environment] = spec.environments;
  if (environment === undefined) throw new Error("no environment");
  const request = pinRequests(spec, environment, platform).find((one) => one.kind === "packages");
  if (request === undefined) throw new Error("no package layer");
  const image = { ...environment.image, layers: environment.image.layers.slice(0, 1) };
  const cut = { ...spec, environments: [{ ...environment, image }] };
  try {
    await use({ host, engine, spec: cut, locate, report: () => {} }, request);
  } finally {
    await removeProject(project);
  }
}

it("asks for what the image of the other platform lacks, of the sources of the own one", async () => {
  await using repository = await openAptRepository(architecture);
  const source = `Types: deb\\nURIs: ${repository.server.url}\\nSuites: stable\\nComponents: main\\nTrusted: yes\\n`;
  const useIt = `rm -f /etc/apt/sources.list.d/* && printf '${source}' > /etc/apt/sources.list.d/example.sources`;
  repository.publish([
    { name: "tool", version: "1.0", depends: "tool-data, tool-base" },
    { name: "tool-data", version: "1.0" },
    { name: "tool-base", version: "1.0" },
  ]);
  const told: string[] = [];
  await withLayer({ useIt }, async (given, request) => {
    const report = (event: ProgressEvent) => void (event.kind === "warning" && told.push(event.text));
    const context = { ...given, report };
    const plan = await planProject(context);
    const [planned] = plan.environments;
    if (planned === undefined) throw new Error("no plan");
    const has = (name: string) =>
      `Package: ${name}\nStatus: install ok installed\nVersion: 0.9\nArchitecture: ${architecture}\n\n`;
    const elsewhere = { architecture, installed: {}, status: has("tool-base") };
    const packages = await resolvePackages(context, request, { plan, image: planned.image, prefer: {}, elsewhere });
    expect(Object.entries(packages).map(([name, pin]) => [name, pin.version, pin.suite])).toEqual([
      ["tool-data", "1.0", "stable"],
      ["tool", "1.0", "stable"],
    ]);
  });
  const address = JSON.stringify(`${repository.server.url}/`);
  expect(told).toEqual([
    `other machines do not know where archive \`example\` is until the config says it: \`packages: { mirrors: { "example": ${address} } }\``,
  ]);
});

it.runIf(isReachedByEngine)("reads what a base of a registry has installed without running it", async () => {
  const stanza = "Package: dash\nStatus: install ok installed\nVersion: 0.5\n\n";
  const file = { path: "var/lib/dpkg/status", text: `${stanza}${stanza.replace("dash", "tool")}` };
  await using registry = await openSmallRegistry(platform, file);
  await withLayer({ registry: registry.host }, async (context, layer) => {
    const baseKey = "docker.io/library/small:1";
    const reference = parseImageReference(`${registry.host}/library/small:1`);
    if (reference === undefined) throw new Error("no reference");
    const { platforms } = await resolveManifest({ host: context.host, reference });
    const pin = { manifest: platforms[platform] ?? "" };
    const lower = { "apt(tool)": packageSetOf({ tool: "1.0" }) };
    const lockfile = {
      ...emptyLockfile,
      bases: { [baseKey]: { platforms: { [platform]: pin } } },
      packages: { [baseKey]: { [platform]: lower } },
    };
    const request = { ...layer, baseKey, chain: "apt(tool) > apt(other)" };
    const [planned] = (await planProject(context)).environments;
    if (planned === undefined) throw new Error("no plan");
    const base = { kind: "reference", reference: baseKey } as const;
    try {
      expect(await readElsewhere(context, request, { image: planned.image, platform, lockfile })).toEqual({
        architecture,
        installed: lower["apt(tool)"],
        status: stanza,
      });
    } finally {
      await engine.images.remove(baseImageTag(base, platform, pin));
      await engine.images.remove(`${registry.host}/library/small@${pin.manifest}`);
    }
  });
});
