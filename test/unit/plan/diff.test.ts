import { describe, expect, it } from "vitest";
import type { EnvironmentConfig } from "../../../src/config/define.ts";
import { apt, run } from "../../../src/config/layers.ts";
import type { GitPlace } from "../../../src/host/git-place.ts";
import { planContainer, workspaceAt } from "../../../src/plan/container.ts";
import type { HostAdditions } from "../../../src/plan/container-inputs.ts";
import { changedInputs, type ObservedContainer, planAction } from "../../../src/plan/diff.ts";
import type { EnvironmentPlan } from "../../../src/plan/plan.ts";
import { requestDotfiles } from "../../../src/spec/resolve-environment.ts";
import { environmentOf, imageOf } from "../../support/plans.ts";

const config: EnvironmentConfig = {
  image: { from: "debian:12", layers: [apt("git"), run("a")] },
  env: { NODE_ENV: "development" },
  ports: [3000],
};
const noHost = { env: {}, mounts: [], ids: { uid: 1000, gid: 1000 } };

function planOf(
  changes: Partial<EnvironmentConfig> = {},
  host: HostAdditions = noHost,
  inode = 1,
  environment = environmentOf({ ...config, ...changes }),
): EnvironmentPlan {
  const image = imageOf({ ...config, ...changes });
  const container = planContainer({
    mode: "bind",
    project: "shop",
    workspace: workspaceAt("/home/ada/shop", { device: 1, inode: 1, born: 0 }),
    inode,
    environment,
    image,
    host,
    fileEnv: {},
  });
  const { hooks, secrets, dotfiles } = environment;
  return { name: "dev", image, requests: [], missing: [], container, hooks, secrets, dotfiles };
}

function planIn(git: GitPlace): EnvironmentPlan {
  const image = imageOf(config);
  const environment = environmentOf(config);
  const workspace = workspaceAt("/home/ada/shop", { device: 1, inode: 1, born: 0 });
  const rest = { mode: "bind", project: "shop", inode: 1, host: noHost, fileEnv: {} } as const;
  return { ...planOf(), container: planContainer({ ...rest, workspace, environment, image, git }) };
}

const observedOf = ({ container }: EnvironmentPlan, parts: Partial<ObservedContainer> = {}): ObservedContainer => ({
  id: "1",
  name: container.name,
  state: "running",
  created: 1,
  ...parts,
  labels: container.labels,
});

describe("planAction", () => {
  const plan = planOf();

  it("creates what is not there", () => expect(planAction(plan, undefined).kind).toBe("create"));
  it("keeps what runs as planned", () => expect(planAction(planOf(), observedOf(plan)).kind).toBe("keep"));
  it.each<[ObservedContainer["state"], string]>([
    ["exited", "the container is stopped"],
    ["paused", "the container is paused"],
  ])("starts what is %s", (state, reason) => {
    expect(planAction(planOf(), observedOf(plan, { state }))).toMatchObject({ kind: "start", reasons: [reason] });
  });

  it("keeps the container of a checkout that an earlier version made, and replaces that of a work tree", () => {
    const place = { top: "/home/ada/shop", below: "", worktrees: [], borrowed: [] };
    const pointed = { kind: "worktree", name: "shop", folder: "/srv/shop.git", named: "/srv/shop.git" } as const;
    expect(planAction(planIn(place), observedOf(plan)).kind).toBe("keep");
    expect(planAction(planIn({ ...place, pointed }), observedOf(plan))).toMatchObject({
      kind: "replace",
      reasons: ["the git folder added"],
    });
  });

  it("restarts what runs with a mount that came loose, unless it is made anew or started anyway", () => {
    const loose = ["`/a` was replaced since it was mounted"];
    expect(planAction(plan, observedOf(plan), loose)).toMatchObject({ kind: "restart", reasons: loose });
    const unfinished = { name: `${plan.container.name}.start` };
    expect(planAction(plan, observedOf(plan, unfinished), loose).kind).toBe("restart");
    expect(planAction(plan, observedOf(plan, { state: "exited" }), loose).kind).toBe("start");
    expect(planAction(planOf({ ports: [1] }), observedOf(plan), loose).kind).toBe("replace");
  });

  it.each<[string, string, Partial<EnvironmentConfig>, string]>([
    ["whose create hook", ".create", { hooks: { create: "a" } }, "the create hook has not succeeded yet"],
    ["whose start hook", ".start", { hooks: { start: "a" } }, "the start hook has not succeeded yet"],
    ["whose dotfiles", ".create", { dotfiles: "/home/ada/dot" }, "its dotfiles are not applied yet"],
    ["whose secrets", ".start", { secrets: { TOKEN: { env: "TOKEN" } } }, "its secrets are not written yet"],
    ["whose replacement", ".old", {}, "its replacement was interrupted"],
    ["whose name", "-mine", {}, "it was renamed to `shop-dev-ff0a01d5-mine`"],
  ])("takes up a container %s is not in order", (_what, end, changes, reason) => {
    const unfinished = planOf(changes);
    const observed = observedOf(unfinished, { name: `${unfinished.container.name}${end}` });
    expect(planAction(unfinished, observed)).toMatchObject({ kind: "resume", reasons: [reason] });
  });

  it.each<[string, Partial<EnvironmentConfig>, string[]]>([
    ["a variable", { env: { NODE_ENV: "test" } }, ["env.NODE_ENV changed"]],
    ["variables added and removed", { env: { DEBUG: "1" } }, ["env.DEBUG added", "env.NODE_ENV removed"]],
    ["a port", { ports: [3001] }, ["ports changed"]],
    ["the target", { workspace: { target: "/src" } }, ["workspace.target changed"]],
    ["a layer", { image: { from: "debian:12", layers: [apt("git"), run("b")] } }, ["image: layers[1] changed"]],
    ["a layer less", { image: { from: "debian:12", layers: [apt("git")] } }, ["image: layers[1] removed"]],
    [
      "the base and the user",
      { image: { from: "debian:13", layers: [apt("git"), run("a")], user: "dev" } },
      ["image: from changed", "image: user added"],
    ],
  ])("replaces for %s and says why", (_name, changes, reasons) => {
    expect(planAction(planOf(changes), observedOf(plan))).toMatchObject({ kind: "replace", reasons });
  });

  it("counts the dotfiles that a run asks for in that run alone", () => {
    const asked = requestDotfiles({ environments: [environmentOf(config)] }, "/dots", { root: "/", home: "/" });
    const [environment] = asked.environments;
    if (environment === undefined) throw new Error("no environment");
    const requesting = planOf({}, noHost, 1, environment);
    expect(planAction(requesting, observedOf(plan))).toMatchObject({ kind: "replace", reasons: ["--dotfiles added"] });
    expect(planAction(planOf(), observedOf(requesting)).kind).toBe("keep");
  });

  it("says that the state of a snapshot is left when the container is made anew", () => {
    const observed = observedOf(plan);
    const restored = { ...observed, labels: { ...observed.labels, "devenv.snapshot": "first" } };
    expect(planAction(planOf(), restored).kind).toBe("keep");
    expect(planAction(planOf({ ports: [3001] }), restored)).toMatchObject({
      reasons: ["ports changed", "snapshot `first` is left"],
    });
  });

  it("replaces when the host hands other certificates in", () => {
    const mount = { kind: "bind", source: "/c", target: "/run/devenv", readOnly: true } as const;
    expect(planAction(planOf({}, { ...noHost, mounts: [mount] }), observedOf(plan))).toMatchObject({
      reasons: ["the host's certificates and proxies changed"],
    });
  });

  it("replaces when somebody else works on the host, unless the config asks for root", () => {
    const other = { ...noHost, ids: { uid: 1001, gid: 1001 } };
    expect(planAction(planOf({}, other), observedOf(plan))).toMatchObject({ reasons: ["the host's user changed"] });
    const root = { image: { from: "debian:12", user: "root" } };
    expect(planAction(planOf(root, other), observedOf(planOf(root))).kind).toBe("keep");
  });

  it.each<[string, Partial<EnvironmentConfig>]>([
    ["workspace.volumes", { workspace: { volumes: ["node_modules"] } }],
    ["mounts", { mounts: ["../data:/data"] }],
    ["caches", { caches: ["/var/cache/x"] }],
    ["secrets", { secrets: { A: { env: "A" } } }],
    ["resources.cpus", { resources: { cpus: 1 } }],
    ["resources.memory", { resources: { memory: "1g" } }],
    ["gpus", { gpus: "all" }],
    ["devices", { devices: ["/dev/fuse"] }],
    ["capAdd", { capAdd: ["SYS_PTRACE"] }],
    ["hooks.create", { hooks: { create: "npm ci" } }],
    ["dotfiles", { dotfiles: "~/dots" }],
  ])("replaces for %s", (key, changes) => {
    expect(planAction(planOf(changes), observedOf(plan))).toMatchObject({ reasons: [`${key} added`] });
  });

  it("does not replace for a start hook: it runs at the next start", () => {
    expect(planAction(planOf({ hooks: { start: "x" } }), observedOf(plan)).kind).toBe("keep");
  });

  it("replaces when the workspace's folder was deleted and made anew: the old one is still mounted", () => {
    expect(planAction(planOf({}, noHost, 2), observedOf(plan))).toMatchObject({
      reasons: ["the workspace's folder changed"],
    });
  });

  it("does not replace for a task or a shell", () => {
    expect(planAction(planOf({ tasks: { test: "npm test" }, shell: "bash" }), observedOf(plan)).kind).toBe("keep");
  });

  it("says so when only the way of building changed", () => {
    expect(changedInputs({ image: "1", "image.from": "2" }, { image: "3", "image.from": "2" })).toEqual([
      "image: built from other instructions",
    ]);
  });
});
