/** From the files of a project to the fingerprints of its images. */
import { chmodSync, lutimesSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../../src/digest.ts";
import { printLockfile } from "../../../src/lock/format.ts";
import { imagesOf, type SampleProject, sampleProject, type WrittenProject } from "../../support/sample-project.ts";

const fingerprintsOf = async (sample: SampleProject, written?: WrittenProject) =>
  Object.fromEntries(
    Object.entries(await imagesOf(sample, written)).map(([name, { fingerprint }]) => [name, fingerprint]),
  );

const reference = await fingerprintsOf(sampleProject());
const expectKept = async (sample: SampleProject, written?: WrittenProject): Promise<void> => {
  expect(await fingerprintsOf(sample, written)).toEqual(reference);
};

const some = { numRuns: 12 };

/** The keys of every record in an order that the seed says. */
function shuffleKeys(value: unknown, seed: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => shuffleKeys(item, seed));
  const place = (key: string) => sha256(`${seed} ${key}`);
  const sorted = Object.entries(value).sort(([one], [other]) => (place(one) < place(other) ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, member]) => [key, shuffleKeys(member, seed)]));
}

/** JSON with the next of these gaps between each two of its tokens. */
function printWithGaps(value: unknown, gaps: readonly string[]): string {
  let next = 0;
  const gap = () => gaps[next++ % gaps.length] ?? "";
  const print = (part: unknown): string => {
    if (typeof part !== "object" || part === null) return JSON.stringify(part);
    const list = (items: readonly string[]) => items.join(`${gap()},${gap()}`);
    if (Array.isArray(part)) return `[${gap()}${list(part.map(print))}${gap()}]`;
    const members = Object.entries(part).filter(([, member]) => member !== undefined);
    return `{${gap()}${list(members.map(([key, member]) => `${JSON.stringify(key)}${gap()}:${gap()}${print(member)}`))}${gap()}}`;
  };
  return `${gap()}${print(value)}${gap()}`;
}

const spaces = fc.array(fc.constantFrom("", " ", "\n", "\t", "\r\n  "), { minLength: 3, maxLength: 11 });
const comments = fc.array(fc.constantFrom("", " ", "\n", "/* why */", "// why\n", "/**\n * { why\n */"), {
  minLength: 3,
  maxLength: 11,
});

describe("fingerprints stay the same", () => {
  it("whatever the order of keys in the config and in its lock", async () => {
    const sample = sampleProject();
    const written = (seed: number): WrittenProject => ({
      config: { ending: "json", text: JSON.stringify(shuffleKeys(sample.config, seed)) },
      lock: JSON.stringify(shuffleKeys(JSON.parse(printLockfile(sample.lock)), seed)),
    });
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => expectKept(sample, written(seed))),
      some,
    );
  });

  it("whatever the white space in a JSON config", async () => {
    const sample = sampleProject();
    const textOf = (gaps: readonly string[]) => printWithGaps(sample.config, gaps);
    await fc.assert(
      fc.asyncProperty(spaces, async (gaps) => expectKept(sample, { config: { ending: "json", text: textOf(gaps) } })),
      some,
    );
  });

  it("whatever the white space and comments in a TypeScript config", async () => {
    const sample = sampleProject();
    const textOf = (gaps: readonly string[]) =>
      `import { defineConfig } from "devenv";\nexport default defineConfig(${printWithGaps(sample.config, gaps)});\n`;
    await fc.assert(
      fc.asyncProperty(comments, async (gaps) => expectKept(sample, { config: { ending: "ts", text: textOf(gaps) } })),
      some,
    );
  });

  it("whatever the times of copied files and the rights that git does not keep", async () => {
    const files = fc.record({
      plain: fc.constantFrom(0o644, 0o640, 0o600, 0o664, 0o666, 0o654),
      script: fc.constantFrom(0o755, 0o750, 0o700, 0o775, 0o777, 0o744),
      folder: fc.constantFrom(0o755, 0o700, 0o775),
      time: fc.integer({ min: 0, max: 2_000_000_000 }),
    });
    await fc.assert(
      fc.asyncProperty(files, async ({ plain, script, folder, time }) => {
        const prepare = (root: string) => {
          chmodSync(`${root}/files/a.txt`, plain);
          chmodSync(`${root}/files/run.sh`, script);
          for (const name of ["a.txt", "run.sh", "link", ""]) lutimesSync(`${root}/files/${name}`, time, time);
          chmodSync(`${root}/files`, folder);
        };
        await expectKept(sampleProject(), { prepare });
      }),
      some,
    );
  });

  it.each(["a", "a b/ü/shop", "$HOME/'shop'"])("in a checkout at `%s`", async (folder) => {
    await expectKept(sampleProject(), { folder, whole: true });
  });

  it("whoever plans, whatever his language, time zone, proxies and certificates", async () => {
    const text = fc.constantFrom(undefined, "", "de_DE.UTF-8", "tr_TR.UTF-8", "C", "Asia/Tokyo");
    const address = fc.constantFrom(undefined, "http://proxy.example.com:3128", "http://ada:pw@10.0.0.1");
    const person = fc.record({
      ids: fc.constantFrom(undefined, 0, 501, 1000, 65534),
      userName: fc.constantFrom("root", "ada", "Ada Lovelace"),
      home: fc.constantFrom("/root", "/home/ada", "/Users/Ada Lovelace"),
      env: fc.record({ TZ: text, LANG: text, LC_ALL: text, HTTPS_PROXY: address, http_proxy: address, NO_PROXY: text }),
      hasCertificates: fc.boolean(),
    });
    const block = `-----BEGIN CERTIFICATE-----\n${Buffer.from("company".padEnd(900, ".")).toString("base64")}\n-----END CERTIFICATE-----\n`;
    const sample = sampleProject();
    sample.files["ca.pem"] = block;
    await fc.assert(
      fc.asyncProperty(person, async ({ ids, env, hasCertificates, ...names }) => {
        const certificates = (root: string) => (hasCertificates ? { NODE_EXTRA_CA_CERTS: `${root}/ca.pem` } : {});
        const host = (root: string) => ({ ...names, uid: ids, gid: ids, env: { ...env, ...certificates(root) } });
        await expectKept(sample, { host, whole: true });
      }),
      some,
    );
  });

  it.each<[string, (sample: SampleProject) => void]>([
    ["a mirror of a registry", ({ config }) => (config.registries = { "docker.io": "mirror.example.com" })],
    [
      "mirrors of packages",
      ({ config }) => (config.packages = { mirrors: { debian: "https://m.example.com/d" }, snapshot: false }),
    ],
    ["the mirror of a bootstrapped base", ({ base }) => (base.from.mirror = "https://mirror.example.com/debian")],
    ["the address of an archive", ({ layers }) => (layers.archive.url = "https://mirror.example.com/other.tar.gz")],
    ["the order of packages that are locked", ({ layers }) => layers.apt.packages.reverse()],
    ["the index of a base", ({ pulledLock }) => (pulledLock.index = `sha256:${"d".repeat(64)}`)],
    ["the archive of a package", ({ pins }) => (pins.layer.git.archive = "ubuntu")],
    ["the suite of a package", ({ pins }) => (pins.layer.git.suite = "bookworm-updates")],
    ["the component of a package", ({ pins }) => (pins.layer.git.component = undefined)],
    ["the path of a package", ({ pins }) => (pins.layer.git.path = "elsewhere/git.deb")],
    ["the size of a package", ({ pins }) => (pins.layer.git.size = 1)],
    [
      "where a package of the base is served from",
      ({ pins }) => Object.assign(pins.base.dpkg, { archive: "x", suite: "y", component: "z", path: "w", size: 1 }),
    ],
  ])("with %s", async (_what, change) => {
    const sample = sampleProject();
    change(sample);
    await expectKept(sample);
  });
});
