import { describe, expect, it } from "vitest";
import type { EnvironmentConfig } from "../../../src/config/define.ts";
import { apt, run } from "../../../src/config/layers.ts";
import { planContainer, workspaceAt } from "../../../src/plan/container.ts";
import { changedInputs, planAction } from "../../../src/plan/diff.ts";
import type { EnvironmentPlan } from "../../../src/plan/plan.ts";
import { environmentOf, imageOf } from "../../support/plans.ts";

const config: EnvironmentConfig = {
  image: { from: "debian:12", layers: [apt("git"), run("a")] },
  env: { NODE_ENV: "development" },
  ports: [3000],
};
const noHost = { env: {}, mounts: [] };

function planOf(
  changes: Partial<EnvironmentConfig> = {},
  host: Parameters<typeof planContainer>[0]["host"] = noHost,
  inode = 1,
): EnvironmentPlan {
  const environment = environmentOf({ ...config, ...changes });
  const image = imageOf({ ...config, ...changes });
  const container = planContainer({
    project: "shop",
    workspace: workspaceAt("/home/ada/shop"),
    inode,
    environment,
    image,
    host,
  });
  return { name: "dev", image, container };
}

const observedOf = ({ container }: EnvironmentPlan, isRunning = true) => ({
  id: "1",
  name: container.name,
  isRunning,
  labels: container.labels,
});

describe("planAction", () => {
  const plan = planOf();

  it("creates what is not there", () => expect(planAction(plan, undefined).kind).toBe("create"));
  it("keeps what runs as planned", () => expect(planAction(planOf(), observedOf(plan)).kind).toBe("keep"));
  it("starts what is stopped", () => expect(planAction(planOf(), observedOf(plan, false)).kind).toBe("start"));

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

  it("replaces when the host hands other certificates in", () => {
    const mount = { kind: "bind", source: "/c", target: "/run/devenv", readOnly: true } as const;
    expect(planAction(planOf({}, { env: {}, mounts: [mount] }), observedOf(plan))).toMatchObject({
      reasons: ["the host's certificates and proxies changed"],
    });
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
