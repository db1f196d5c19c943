import { describe, expect, it } from "vitest";
import { planPrune } from "../../../src/plan/prune.ts";
import type { PruneContainer, PruneInput } from "../../../src/plan/prune-input.ts";

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
    workspace,
    environments: [{ name: "dev", image: { tag: devTag } }],
    containers: [],
    volumes: [],
    images: [],
    bases: [],
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
    ...{ folder: "/state/w1", root: "/shop", isGone: false, isRunning: false, kept: [], journals: [] },
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
  const unused = "no environment of the config has it, and no container";

  it("that no environment has and no container was made from", () => {
    expect(pruned({ images: [image([devTag]), image([old])] })).toEqual([`image ${old}: ${unused}`]);
    expect(pruned({ images: [image([old])], containers: [container("a", mine("dev"), { image: old })] })).toEqual([]);
    expect(pruned({ images: [image([old])], otherImages: new Set([old]) })).toEqual([]);
    const byId = container("a", mine("dev"), { image: `sha256:${old}` });
    expect(pruned({ images: [image([old])], containers: [byId] })).toEqual([]);
  });

  it("by the names that devenv gives alone", () => {
    const tags = ["shop:latest", "localhost/shop/dev:latest", `localhost/other/dev:${fingerprint("b")}`, old];
    expect(pruned({ images: [image(tags)] })).toEqual([`image ${old}: ${unused}`]);
    expect(pruned({ images: [image([])] })).toEqual(["image sha256:untagged: no name leads to it any more"]);
  });

  it("and snapshots only when asked, without those that containers were made from", () => {
    const labels = { "devenv.snapshot": "one" };
    const images = [image(["localhost/shop/dev/snapshots:one"], labels)];
    const made = container("a", { ...mine("dev"), ...labels });
    expect(pruned({ images })).toEqual([]);
    expect(pruned({ images, snapshots: true, containers: [made] })).toEqual([]);
    expect(pruned({ images, snapshots: true })).toEqual([
      "snapshot localhost/shop/dev/snapshots:one: no container was made from it",
    ]);
  });

  it("and bases that no environment stands on, with the shared name once no project has its own", () => {
    const base = (...tags: string[]) => image(tags.map((tag) => `localhost/${tag}`));
    const [shared, mineOf, others] = ["devenv", "shop/devenv", "other/devenv"].map(
      (place) => `${place}/bootstrap:bookworm-0123456789ab`,
    ) as [string, string, string];
    const reason = "no environment of the config is built on it";
    expect(pruned({ bases: [base(shared, mineOf, others)] })).toEqual([`image localhost/${mineOf}: ${reason}`]);
    expect(pruned({ bases: [base(shared, mineOf)] })).toEqual([
      `image localhost/${mineOf}: ${reason}`,
      `image localhost/${shared}: ${reason}`,
    ]);
    const environments = [{ name: "dev", image: { tag: devTag, baseTag: `localhost/${shared}` } }];
    expect(pruned({ bases: [base(shared, mineOf)], environments })).toEqual([]);
  });

  it("and what an interrupted snapshot left, once it cannot be in progress", () => {
    const unchecked = (age: number) =>
      image(["localhost/shop/dev/unchecked:one"], { "devenv.snapshot": "one" }, now - age);
    expect(pruned({ images: [unchecked(60)] })).toEqual([]);
    expect(pruned({ images: [unchecked(day)] })).toEqual([
      "snapshot localhost/shop/dev/unchecked:one: left by an interrupted `devenv snapshot`",
    ]);
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
