import { bootstrap, type Config, type SecretConfig } from "../../src/config/define.ts";
import { apt, archive, copy, dockerfile, env, type Layer, run } from "../../src/config/layers.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { planImages, planProject } from "../../src/env/plan-project.ts";
import { openProject } from "../../src/env/project.ts";
import { printLockfile } from "../../src/lock/format.ts";
import { type BaseLock, emptyLockfile, type PackagePin } from "../../src/lock/lockfile.ts";
import { readLockfile } from "../../src/lock/store.ts";
import type { ImagePlan } from "../../src/plan/plan.ts";
import { amd64, packagePin } from "./locks.ts";
import { type Tree, temporaryFolder } from "./temporary-folder.ts";
import { type TestHostOptions, testHost } from "./test-host.ts";

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

const pinOf = (name: string, version: string): Mutable<PackagePin> => packagePin(name, version);

/** A project in which all occurs that counts for an image: a new one each time, for a test to change. */
export function sampleProject() {
  const layers = {
    apt: apt("curl", "git"),
    archive: archive({ url: "https://example.com/tool.tgz", to: "/opt/tool", sha256: "a".repeat(64), strip: 1 }),
    copy: copy("files", "/etc/shop", { owner: "dev", mode: "0750" }),
    run: run("npm ci", {
      cache: ["/root/.npm"],
      secrets: ["NPM_TOKEN"],
      env: { CI: "1", DEBUG: "2" },
      workdir: "/srv",
      network: "default",
    }),
    env: env({ GREETING: "hello", PAGER: "less" }),
    dockerfile: dockerfile("LABEL shop=1"),
  };
  const base = {
    from: bootstrap({ suite: "bookworm", packages: ["ca-certificates"], variant: "apt" }),
    layers: Object.values(layers) as Layer[],
    user: "dev",
  };
  const pulled = { from: "debian:12", platform: amd64 };
  const secrets: Record<string, SecretConfig> = { NPM_TOKEN: { env: "NPM_TOKEN" } };
  const config: Config = {
    name: "sample",
    environments: {
      base: { image: base, secrets },
      app: { image: { from: { environment: "base" }, layers: [run("make")] } },
      pulled: { image: pulled },
      local: { image: "acme/base:1" },
    },
  };
  const files: Record<string, Tree[string]> = {
    "files/a.txt": "a",
    "files/run.sh": { text: "true", mode: 0o755 },
    "files/link": { link: "a.txt" },
  };
  const pins = {
    base: { dpkg: pinOf("dpkg", "1.21") },
    layer: { curl: pinOf("curl", "7.88"), git: pinOf("git", "2.39") },
    pulled: { manifest: `sha256:${"b".repeat(64)}` },
    local: { layers: "c".repeat(64) },
  };
  const platforms = { [amd64]: pins.pulled, "linux/arm64": pins.pulled };
  const pulledLock: Mutable<BaseLock> = { index: `sha256:${"e".repeat(64)}`, platforms };
  const bootstrapped = "bootstrap(bookworm, apt, ca-certificates)";
  const lock = {
    ...emptyLockfile,
    bases: {
      [bootstrapped]: { platforms: { [amd64]: { packages: pins.base } } },
      "docker.io/library/debian:12": pulledLock,
      "docker.io/library/debian:13": pulledLock,
      "docker.io/acme/base:1": { platforms: { [amd64]: pins.local } },
    },
    packages: { [bootstrapped]: { [amd64]: { "apt(curl, git)": pins.layer } } },
  };
  return { config, layers, base, pulled, secrets, files, pins, pulledLock, lock };
}

export type SampleProject = ReturnType<typeof sampleProject>;

export interface WrittenProject {
  readonly config?: { readonly ending: string; readonly text: string };
  readonly lock?: string;
  /** Folder of the checkout, below a temporary one. */
  readonly folder?: string;
  /** Who plans, by the root of the checkout. */
  readonly host?: (root: string) => TestHostOptions;
  /** Called with the written checkout. */
  readonly prepare?: (root: string) => void;
  /** Plan the containers too. */
  readonly whole?: boolean;
}

/** The images of a project that is written to a new folder and read back, by environment. */
export async function imagesOf(
  sample: Pick<SampleProject, "config" | "files" | "lock">,
  { config, lock, folder = "shop", host: hostAt, prepare, whole = false }: WrittenProject = {},
): Promise<Readonly<Record<string, ImagePlan>>> {
  const { ending, text } = config ?? { ending: "json", text: JSON.stringify(sample.config) };
  using place = temporaryFolder();
  const tree = {
    ...sample.files,
    [`devenv.config.${ending}`]: text,
    "devenv-lock.json": lock ?? printLockfile(sample.lock),
  };
  place.write(Object.fromEntries(Object.entries(tree).map(([path, entry]) => [`${folder}/${path}`, entry])));
  const root = `${place.path}/${folder}`;
  prepare?.(root);
  const host = testHost({ arch: "amd64", cacheDir: `${place.path}/cache`, ...hostAt?.(root) });
  const { spec, locate } = await openProject({ host, cwd: root });
  const engine = { address: "unix:///run/engine.sock" } as Engine;
  const context = { host, engine, spec, locate, report: () => undefined };
  const planned = whole
    ? (await planProject(context)).environments.map(({ name, image }) => [name, image] as const)
    : [...(await planImages(context, (await readLockfile(spec.root)) ?? emptyLockfile))].map(
        ([name, { image }]) => [name, image] as const,
      );
  return Object.fromEntries(planned);
}
