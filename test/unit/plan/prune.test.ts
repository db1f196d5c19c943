import { describe, expect, it } from "vitest";
import { planPrune } from "../../../src/plan/prune.ts";
import type { PruneContainer, PruneInput } from "../../../src/plan/prune-input.ts";
import { membership } from "../../../src/plan/prune-members.ts";

const day = 24 * 60 * 60;
const now = 100 * day;
const fingerprint = (digit: string) => digit.repeat(64);
const devTag = `localhost/shop/dev:${fingerprint("a")}`;
const workspace = { root: "/shop", id: "w1", folder: "f1" };

const mine = (environment: string) => ({
  "devenv.project": "shop",
  "devenv.workspace": "w1",
  "devenv.folder": "f1",
  "devenv.root": "/shop",
  "devenv.environment": environment,
});
const other = (environment: string, root: string) => ({
  ...mine(environment),
  "devenv.workspace": `id of ${root}`,
  "devenv.folder": `folder of ${root}`,
  "devenv.root": root,
});

const container = (name: string, labels: Record<string, string>, more: Partial<PruneContainer> = {}) => ({
  id: `id of ${name}`,
  name,
  state: "running" as const,
  created: now - 2 * day,
  image: devTag,
  labels,
  ...more,
});
const volume = (name: string, labels: Record<string, string>, created = now - 2 * day) => ({ name, labels, created });
const image = (tags: readonly string[], labels: Record<string, string> = {}, created = now - 2 * day) => ({
  id: `sha256:${tags[0] ?? "untagged"}`,
  tags,
  labels: { "devenv.project": "shop", "devenv.environment": "dev", ...labels },
  size: 100,
  created,
});

function pruned(parts: Partial<PruneInput>): string[] {
  const items = planPrune({
    project: "shop",
    known: new Set(["a1a1a1a1a1a1", "f1f1f1f1f1f1"]),
    workspace,
    environments: [{ name: "dev", image: { tag: devTag } }],
    containers: [],
    volumes: [],
    images: [],
    otherVolumes: [],
    agents: [],
    ownAgents: [],
    states: [],
    otherImages: new Set(),
    gone: new Set(["/gone"]),
    ciRuns: new Map(),
    now,
    olderThan: undefined,
    snapshots: false,
    ...parts,
  });
  return items.map(({ kind, name, reason }) => `${kind} ${name}: ${reason}`);
}

describe("prunes containers", () => {
  it.each<[string, PruneContainer, string[]]>([
    ["keeps the environment's own", container("a", mine("dev")), []],
    ["of a removed environment", container("a", mine("old")), ["environment `old` is no longer in the config"]],
    ["of a folder that is gone", container("a", other("dev", "/gone")), ["workspace `/gone` no longer exists"]],
    ["keeps those of other workspaces", container("a", other("old", "/there")), []],
    [
      "keeps those from before this folder was moved",
      container("a", { ...other("dev", "/gone"), "devenv.folder": "f1" }),
      [],
    ],
    ["that were never started", container("a", mine("dev"), { state: "created" }), ["left by an interrupted command"]],
    ["keeps what has no label of a workspace", container("a", { "devenv.project": "shop" }), []],
  ])("%s", (_name, one, reasons) => {
    expect(pruned({ containers: [one] })).toEqual(reasons.map((reason) => `container a: ${reason}`));
  });

  it.each<[string, "running" | "ended" | "unknown", number, boolean]>([
    ["in progress", "running", 9 * day, false],
    ["that was killed", "ended", 60, true],
    ["that cannot be seen, for a day", "unknown", 60, false],
    ["that cannot be seen, after a day", "unknown", 2 * day, true],
  ])("of a ci run %s: %s", (_name, state, age, goes) => {
    const one = container("a", { "devenv.project": "shop", "devenv.environment": "dev", "devenv.ci": "mark" });
    const containers = [{ ...one, created: now - age }];
    expect(pruned({ containers, ciRuns: new Map([[one.id, state]]) })).toEqual(
      goes ? ["container a: left by a `devenv ci` that was killed"] : [],
    );
  });
});

describe("prunes what a sync left behind", () => {
  const sync = { "devenv.sync": "v1" };
  const helper = container("a-sync", { ...mine("dev"), ...sync });
  const state = (parts: Partial<PruneInput["states"][number]> = {}) => ({
    ...{ folder: "/state/w1", root: "/shop", identity: "f1", isGone: false, isRunning: false, kept: [], journals: [] },
    ...{ size: 10, changed: now - day },
    ...parts,
  });
  const journal = (id: string, isHere = true) => ({ file: `/state/w1/${id}.journal`, volume: id, isHere, size: 5 });

  it("helpers whose environment has no container, unless a process needs them", () => {
    const reason = "container a-sync: it helps to sync an environment that has no container";
    expect(pruned({ containers: [helper] })).toEqual([reason]);
    expect(pruned({ containers: [helper, container("a", mine("dev"))] })).toEqual([]);
    expect(pruned({ containers: [helper], states: [state({ isRunning: true, kept: ["v1"] })] })).toEqual([]);
    expect(pruned({ containers: [helper], states: [state({ kept: ["v1"] })] })).toEqual([reason]);
    expect(pruned({ containers: [container("b-sync", { ...other("dev", "/there"), ...sync })] })).toEqual([]);
  });

  it("all that is known of a workspace that is gone, and journals of volumes that are gone", () => {
    expect(pruned({ states: [state({ isGone: true, root: "/gone", journals: [journal("v1")] })] })).toEqual([
      "sync /state/w1: workspace `/gone` no longer exists",
    ]);
    const journals = ["v1", "v3", "v4"].map((id) => journal(id, id !== "v4"));
    const volumes = [volume("shop-dev", { ...mine("dev"), ...sync })];
    expect(pruned({ volumes, states: [state({ journals })] })).toEqual([
      "sync /state/w1/v3.journal: its volume no longer exists",
    ]);
  });

  it("together with the volume", () => {
    const volumes = [volume("shop-old", { ...mine("old"), ...sync })];
    expect(pruned({ volumes, states: [state({ journals: [journal("v1")] })] })).toEqual([
      "volume shop-old: environment `old` is no longer in the config",
      "sync /state/w1/v1.journal: its volume no longer exists",
    ]);
  });

  it("images of other versions' agents that no container was made from, whoever's", () => {
    const tag = "localhost/devenv/sync-agent:0123456789ab";
    const agents = [image([tag])];
    expect(pruned({ agents })).toEqual([`image ${tag}: no synced workspace uses it`]);
    expect(pruned({ agents, otherImages: new Set([tag]) })).toEqual([]);
    expect(pruned({ agents, ownAgents: [tag] })).toEqual([]);
    expect(pruned({ agents: [image([tag], {}, now - 60)] })).toEqual([]);
    const made = { ...helper, image: tag };
    expect(pruned({ agents, containers: [made, container("a", mine("dev"))] })).toEqual([]);
    expect(pruned({ agents, containers: [made] })).toHaveLength(2);
  });
});

describe("prunes volumes", () => {
  it("of removed environments and of folders that are gone, and keeps all others", () => {
    const volumes = [
      volume("kept", mine("dev")),
      volume("old", mine("old")),
      volume("gone", other("dev", "/gone")),
      volume("there", other("dev", "/there")),
      volume("moved", { ...other("dev", "/gone"), "devenv.folder": "f1" }),
      volume("unlabelled", { "devenv.project": "shop" }),
    ];
    expect(pruned({ volumes })).toEqual([
      "volume old: environment `old` is no longer in the config",
      "volume gone: workspace `/gone` no longer exists",
    ]);
  });

  it("together with their containers, but not without them", () => {
    const volumes = [volume("data", other("dev", "/gone"))];
    const containers = [container("a", other("dev", "/gone"))];
    expect(pruned({ volumes, containers })).toHaveLength(2);
    const moved = container("a", { ...other("dev", "/there"), "devenv.folder": "folder of /gone" });
    expect(pruned({ volumes, containers: [moved] })).toEqual([]);
    const young = container("a", other("dev", "/gone"), { created: now - 60 });
    expect(pruned({ volumes, containers: [young], olderThan: day })).toEqual([]);
  });
});

describe("prunes images", () => {
  const old = `localhost/shop/dev:${fingerprint("b")}`;
  const claim = (id: string, digit = "b") => `localhost/shop/devenv/${id}/dev:${fingerprint(digit)}`;
  const [own, before, foreign] = [claim("a1a1a1a1a1a1"), claim("f1f1f1f1f1f1"), claim("b2b2b2b2b2b2")];
  const unused = "no environment of the config has it, and no container";
  const gone = (...names: string[]) => names.map((name) => `image ${name}: ${unused}`);

  it("that no environment has and no container was made from", () => {
    const images = [image([old, own])];
    expect(pruned({ images: [image([devTag, claim("a1a1a1a1a1a1", "a")]), ...images] })).toEqual(gone(old, own));
    expect(pruned({ images: [image([old, own, before])] })).toEqual(gone(old, own, before));
    expect(pruned({ images, containers: [container("a", mine("dev"), { image: old })] })).toEqual([]);
    expect(pruned({ images, otherImages: new Set([old]) })).toEqual([]);
    const byId = container("a", mine("dev"), { image: `sha256:${old}` });
    expect(pruned({ images, containers: [byId] })).toEqual([]);
  });

  it("for itself alone where another project of its name has the same", () => {
    expect(pruned({ images: [image([old, own, foreign])] })).toEqual(gone(own));
    expect(pruned({ images: [image([old, foreign])] })).toEqual([]);
    // made by an earlier version: of which project it is, is not known
    expect(pruned({ images: [image([old])] })).toEqual([]);
  });

  it("by the names that devenv gives alone", () => {
    const others = ["shop:latest", "localhost/shop/dev:latest", `localhost/other/dev:${fingerprint("b")}`];
    expect(pruned({ images: [image([...others, own])] })).toEqual(gone(own));
    expect(pruned({ images: [image([])] })).toEqual([]);
  });

  it("that had the name of one that was built anew", () => {
    const replaced = (id: string) => `localhost/shop/devenv/${id}/dev:replaced-0123456789ab`;
    const images = [image([replaced("a1a1a1a1a1a1")]), image([replaced("b2b2b2b2b2b2")])];
    expect(pruned({ images })).toEqual([`image ${replaced("a1a1a1a1a1a1")}: another one was built in its place`]);
    const byId = container("a", mine("dev"), { image: `sha256:${replaced("a1a1a1a1a1a1")}` });
    expect(pruned({ images, containers: [byId] })).toEqual([]);
  });

  it("and snapshots only when asked, its own, without those that containers were made from", () => {
    const tag = "localhost/shop/dev/snapshots/a1a1a1a1a1a1:one";
    const images = [
      image([tag]),
      image(["localhost/shop/dev/snapshots/b2b2b2b2b2b2:one"]),
      image(["localhost/shop/dev/snapshots:one"]),
    ];
    const made = container("a", mine("dev"), { image: tag });
    expect(pruned({ images })).toEqual([]);
    expect(pruned({ images, snapshots: true, containers: [made] })).toEqual([]);
    expect(pruned({ images, snapshots: true, otherImages: new Set([tag]) })).toEqual([]);
    expect(pruned({ images, snapshots: true })).toEqual([`snapshot ${tag}: no container was made from it`]);
  });

  it("and bases that no environment stands on, with the shared name once no project has its own", () => {
    const base = (...tags: string[]) => image(tags.map((tag) => `localhost/${tag}`));
    const [shared, mineOf, others, earlier] = [
      "devenv",
      "shop/devenv/a1a1a1a1a1a1",
      "shop/devenv/b2b2b2b2b2b2",
      "shop/devenv",
    ].map((place) => `${place}/bootstrap:bookworm-0123456789ab`) as [string, string, string, string];
    const reason = "no environment of the config is built on it";
    expect(pruned({ images: [base(shared, mineOf, others)] })).toEqual([`image localhost/${mineOf}: ${reason}`]);
    expect(pruned({ images: [base(shared, mineOf, earlier)] })).toEqual([`image localhost/${mineOf}: ${reason}`]);
    expect(pruned({ images: [base(shared, mineOf)] })).toEqual([
      `image localhost/${mineOf}: ${reason}`,
      `image localhost/${shared}: ${reason}`,
    ]);
    expect(pruned({ images: [base(shared, others)] })).toEqual([]);
    const environments = [{ name: "dev", image: { tag: devTag, baseTag: `localhost/${shared}` } }];
    expect(pruned({ images: [base(shared, mineOf)], environments })).toEqual([]);
  });

  it("and what an interrupted snapshot left, once it cannot be in progress", () => {
    const unchecked = (place: string, age: number) =>
      image([`localhost/shop/dev/unchecked${place}:one`], { "devenv.snapshot": "one" }, now - age);
    const reason = "left by an interrupted `devenv snapshot`";
    const names = ["/a1a1a1a1a1a1", "", "/b2b2b2b2b2b2"];
    expect(pruned({ images: names.map((name) => unchecked(name, 60)) })).toEqual([]);
    // a builder may give an image the time of an old step
    const inWork = devTag.replace("dev:", "dev/unchecked:");
    expect(pruned({ images: [image([inWork], {}, now - day)] })).toEqual([]);
    expect(pruned({ images: names.map((name) => unchecked(name, day)) })).toEqual([
      `snapshot localhost/shop/dev/unchecked/a1a1a1a1a1a1:one: ${reason}`,
      `snapshot localhost/shop/dev/unchecked:one: ${reason}`,
    ]);
  });
});

describe("what of a name is the project's", () => {
  const [ours, theirs] = [{ "devenv.project.id": "a1a1a1a1a1a1" }, { "devenv.project.id": "b2b2b2b2b2b2" }];
  const away = other("dev", "/there");
  const isMine = (labels: Record<string, string>, others: readonly Record<string, string>[] = []) =>
    membership({
      ...{ project: "shop", known: new Set(["a1a1a1a1a1a1"]), workspace, containers: [] },
      volumes: others.map((one) => ({ labels: one })),
    })({ labels });

  it.each<[string, boolean, Record<string, string>, Record<string, string>[]]>([
    ["what has its id, here", true, { ...mine("dev"), ...ours }, []],
    ["what has its id, in another workspace", true, { ...away, ...ours }, []],
    ["what has its id, of a name that it had before", true, { ...away, ...ours, "devenv.project": "store" }, []],
    ["what has another id", false, { ...away, ...theirs }, []],
    ["what has another id, in this place", false, { ...mine("dev"), ...theirs }, []],
    [
      "what a folder had that was in this place",
      true,
      { ...mine("dev"), "devenv.folder": "f0", "devenv.project.id": "f0" },
      [],
    ],
    ["what an earlier version made here", true, mine("dev"), []],
    ["what an earlier version made before the folder was moved", true, { ...away, "devenv.folder": "f1" }, []],
    ["what an earlier version made elsewhere", false, away, []],
    ["the same, where its workspace is known as another's", false, away, [{ ...away, ...theirs }]],
    ["the same, where its workspace is known as the project's", true, away, [{ ...away, ...ours }]],
    [
      "the same, where its workspace is both's",
      false,
      away,
      [
        { ...away, ...ours },
        { ...away, ...theirs },
      ],
    ],
    ["what an earlier version made here for another project", false, { ...mine("dev"), "devenv.project": "store" }, []],
    ["what a run of an earlier version left", true, { "devenv.project": "shop", "devenv.ci": "mark" }, []],
  ])("%s: %s", (_name, expected, labels, others) => {
    expect(isMine(labels, others)).toBe(expected);
  });
});

it("leaves alone what is younger than asked, or of no known age", () => {
  const volumes = [
    volume("old", mine("old"), now - 3 * day),
    volume("young", mine("old"), now - day),
    volume("unknown", mine("old"), 0),
  ];
  expect(pruned({ volumes, olderThan: 2 * day })).toEqual(["volume old: environment `old` is no longer in the config"]);
});
