/** What counts for the fingerprints of a project's images, and which input it is named as. */
import { describe, expect, it } from "vitest";
import { env } from "../../../src/config/layers.ts";
import { emptyLockfile } from "../../../src/lock/lockfile.ts";
import type { ImagePlan } from "../../../src/plan/plan.ts";
import { imagesOf, type SampleProject, sampleProject } from "../../support/sample-project.ts";

type Images = Readonly<Record<string, ImagePlan>>;
type Change = (sample: SampleProject) => unknown;

/** The places of the inputs that differ, of each image whose fingerprint does. */
function differences(one: Images, other: Images): Readonly<Record<string, readonly string[]>> {
  const changed = Object.keys(one).filter((name) => one[name]?.fingerprint !== other[name]?.fingerprint);
  return Object.fromEntries(
    changed.map((name) => {
      const [before = {}, after = {}] = [one[name]?.inputs, other[name]?.inputs];
      const places = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
      return [name, places.filter((place) => before[place] !== after[place])];
    }),
  );
}

const changedBy = async (change: Change, setUp: Change = () => undefined) => {
  const [before, after] = [sampleProject(), sampleProject()];
  for (const sample of [before, after]) setUp(sample);
  change(after);
  return { images: await imagesOf(after), differences: differences(await imagesOf(before), await imagesOf(after)) };
};

/** An image of the environment `base`, and with it the one that is built on it. */
const base = (...places: string[]) => ({ base: places, app: ["from"] });

const changes: readonly (readonly [string, Readonly<Record<string, readonly string[]>>, Change])[] = [
  ["the sha256 of an archive", base("layers[1]"), ({ layers }) => (layers.archive.sha256 = "f".repeat(64))],
  ["the folder of an archive", base("layers[1]"), ({ layers }) => (layers.archive.to = "/opt/other")],
  ["what is stripped of an archive", base("layers[1]"), ({ layers }) => (layers.archive.strip = 0)],
  ["the content of a copied file", base("layers[2]"), ({ files }) => (files["files/a.txt"] = "b")],
  [
    "the executable bit of a copied file",
    base("layers[2]"),
    ({ files }) => (files["files/a.txt"] = { text: "a", mode: 0o755 }),
  ],
  [
    "the missing executable bit of a copied file",
    base("layers[2]"),
    ({ files }) => (files["files/run.sh"] = { text: "true", mode: 0o644 }),
  ],
  ["one more copied file", base("layers[2]"), ({ files }) => (files["files/b.txt"] = "a")],
  ["one more copied folder", base("layers[2]"), ({ files }) => (files["files/empty"] = null)],
  ["the name of a copied file", base("layers[2]"), ({ files }) => rename(files, "files/run.sh", "files/start.sh")],
  ["the target of a copied link", base("layers[2]"), ({ files }) => (files["files/link"] = { link: "run.sh" })],
  ["a file in place of a copied link", base("layers[2]"), ({ files }) => (files["files/link"] = "a")],
  ["the source of a copy", base("layers[2]"), ({ layers }) => (layers.copy.from = "files/a.txt")],
  ["the target of a copy", base("layers[2]"), ({ layers }) => (layers.copy.to = "/etc/other")],
  ["the owner of a copy", base("layers[2]"), ({ layers }) => (layers.copy.owner = "dev:staff")],
  ["no owner of a copy", base("layers[2]"), ({ layers }) => delete layers.copy.owner],
  ["the mode of a copy", base("layers[2]"), ({ layers }) => (layers.copy.mode = "0755")],
  ["a command", base("layers[3]"), ({ layers }) => (layers.run.command = "npm install")],
  ["the white space of a command", base("layers[3]"), ({ layers }) => (layers.run.command = "npm  ci")],
  ["one more command", base("layers[3]"), ({ layers }) => (layers.run.command = ["npm ci", "npm test"])],
  ["the cache of a command", base("layers[3]"), ({ layers }) => (layers.run.cache = ["/root/.cache"])],
  ["no cache of a command", base("layers[3]"), ({ layers }) => (layers.run.cache = [])],
  ["a variable of a command", base("layers[3]"), ({ layers }) => (layers.run.env = { CI: "0", DEBUG: "2" })],
  [
    "the name of a variable of a command",
    base("layers[3]"),
    ({ layers }) => (layers.run.env = { CI: "1", DEBUGS: "2" }),
  ],
  ["the folder of a command", base("layers[3]"), ({ layers }) => (layers.run.workdir = "/opt")],
  ["the network of a command", base("layers[3]"), ({ layers }) => (layers.run.network = "none")],
  ["the secrets of a command", base("layers[3]"), ({ layers }) => (layers.run.secrets = [])],
  [
    "a secret of a command that is a variable",
    base("layers[3]"),
    ({ secrets }) => (secrets.NPM_TOKEN = { env: "NPM_TOKEN", as: "env" }),
  ],
  ["the value of a variable", base("layers[4]"), ({ layers }) => (layers.env.env = { GREETING: "hi", PAGER: "less" })],
  ["the name of a variable", base("layers[4]"), ({ layers }) => (layers.env.env = { GREET: "hello", PAGER: "less" })],
  [
    "values that change places",
    base("layers[4]"),
    ({ layers }) => (layers.env.env = { GREETING: "less", PAGER: "hello" }),
  ],
  ["raw lines", base("layers[5]"), ({ layers }) => (layers.dockerfile.text = "LABEL shop=2")],
  ["one more layer", base("layers[6]"), ({ base: image }) => image.layers.push(env({ A: "1" }))],
  ["one layer less", base("layers[5]"), ({ base: image }) => image.layers.pop()],
  [
    "the order of layers",
    base("layers[4]", "layers[5]"),
    ({ base: image }) => image.layers.push(...image.layers.splice(4, 2).reverse()),
  ],
  ["the user", base("user"), ({ base: image }) => (image.user = "ada")],
  ["the version of a locked package", base("layers[0]"), ({ pins }) => (pins.layer.git.version = "2.40")],
  ["the architecture of a locked package", base("layers[0]"), ({ pins }) => (pins.layer.git.architecture = "all")],
  ["the sha256 of a locked package", base("layers[0]"), ({ pins }) => (pins.layer.git.sha256 = "f".repeat(64))],
  ["the name of a locked package", base("layers[0]"), ({ pins }) => rename(pins.layer, "git", "git-man")],
  ["the version of a package of the base", base("from (locked)"), ({ pins }) => (pins.base.dpkg.version = "1.22")],
  [
    "the architecture of a package of the base",
    base("from (locked)"),
    ({ pins }) => (pins.base.dpkg.architecture = "all"),
  ],
  [
    "the sha256 of a package of the base",
    base("from (locked)"),
    ({ pins }) => (pins.base.dpkg.sha256 = "f".repeat(64)),
  ],
  [
    "one more package of the base",
    base("from (locked)"),
    ({ pins }) => Object.assign(pins.base, { tar: pins.base.dpkg }),
  ],
  ["the base", { pulled: ["from"] }, ({ pulled }) => (pulled.from = "debian:13")],
  ["the platform", { pulled: ["platform"] }, ({ pulled }) => (pulled.platform = "linux/arm64")],
  [
    "the manifest of the base",
    { pulled: ["from (locked)"] },
    ({ pins }) => (pins.pulled.manifest = `sha256:${"f".repeat(64)}`),
  ],
  [
    "the layers of a base that no registry has",
    { local: ["from (locked)"] },
    ({ pins }) => (pins.local.layers = "f".repeat(64)),
  ],
];

const unlocked: Change = (sample) => (sample.lock = { ...emptyLockfile, bases: {}, packages: {} } as never);

describe("fingerprints change", () => {
  it.each(changes)("with %s", async (_what, expected, change) => {
    expect((await changedBy(change)).differences).toEqual(expected);
  });

  it.each<[string, readonly string[], Change]>([
    ["a package that is not locked", ["layers[0]"], ({ layers }) => layers.apt.packages.push("jq")],
    ["the suite of the base", ["from"], ({ base: { from } }) => (from.suite = "trixie")],
    ["a package of the base", ["from"], ({ base: { from } }) => from.packages?.push("tar")],
    ["the variant of the base", ["from"], ({ base: { from } }) => (from.variant = "minbase")],
  ])("without a lock, with %s", async (_what, places, change) => {
    expect((await changedBy(change, unlocked)).differences).toEqual(base(...places));
  });

  it("each in its own way", async () => {
    const all = await Promise.all(changes.map(async ([, , change]) => (await changedBy(change)).images));
    const keys = all.map((images) =>
      Object.values(images)
        .map(({ fingerprint }) => fingerprint)
        .join(),
    );
    expect(new Set(keys).size).toBe(changes.length);
  });
});

function rename(record: Record<string, unknown>, from: string, to: string): void {
  record[to] = record[from];
  delete record[from];
}
