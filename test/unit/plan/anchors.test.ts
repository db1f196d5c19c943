import { describe, expect, it } from "vitest";
import { anchorsOf, looseReasons } from "../../../src/plan/anchors.ts";
import type { ContainerPlan, Mount } from "../../../src/plan/plan.ts";

function planOf(mounts: readonly Mount[], volumes: readonly string[], mode: "bind" | "sync" = "bind"): ContainerPlan {
  const plan = { mounts, volumes: volumes.map((target) => ({ target })), workdir: "/workspace", workspace: { mode } };
  return plan as unknown as ContainerPlan;
}

const bind = (source: string, target: string): Mount => ({ kind: "bind", source, target, readOnly: false });
const workspace = bind("/home/ada/shop", "/workspace");

describe("what a container's mounts hang on", () => {
  const cases: Record<string, { plan: ContainerPlan; expected: readonly string[] }> = {
    "is not the workspace's own folder": { plan: planOf([workspace], ["/var/lib/devenv/history"]), expected: [] },
    "is the mount point of a volume in a mounted workspace": {
      plan: planOf([workspace], ["/workspace/web/node_modules"]),
      expected: ["point /home/ada/shop/web/node_modules"],
    },
    "is no mount point in a workspace that is a volume": {
      plan: planOf([], ["/workspace", "/workspace/node_modules"], "sync"),
      expected: [],
    },
    "is each file and folder that is mounted": {
      plan: planOf([workspace, bind("/home/ada/.npmrc", "/root/.npmrc"), bind("/srv/data", "/data")], []),
      expected: ["source /home/ada/.npmrc", "source /srv/data"],
    },
    "is the place in the nearest mount above": {
      plan: planOf([workspace, bind("/srv/data", "/workspace/data")], ["/workspace/data/cache"]),
      expected: ["source /srv/data", "point /home/ada/shop/data", "point /srv/data/cache"],
    },
    "is nothing of a volume that the config names": {
      plan: planOf([workspace, { kind: "volume", source: "data", target: "/data", readOnly: false }], ["/data/x"]),
      expected: [],
    },
    "tells folders from others whose names begin alike": {
      plan: planOf([bind("/a", "/workspaces")], ["/workspaces2/x"]),
      expected: ["source /a"],
    },
  };
  it.each(Object.entries(cases))("%s", (_name, { plan, expected }) => {
    expect(anchorsOf(plan).map(({ kind, path }) => `${kind} ${path}`)).toEqual(expected);
  });
});

it("says of each path that came loose what happened to it", () => {
  const before = {
    "/a": { kind: "source", identity: "1" },
    "/b": { kind: "source", identity: "1" },
    "/c": { kind: "source", identity: "1" },
    "/d": { kind: "point", identity: "1" },
    "/e": { kind: "point", identity: "1" },
  } as const;
  const now: Record<string, string> = { "/a": "1", "/b": "2", "/e": "2" };
  expect(looseReasons(before, (path) => now[path])).toEqual([
    "`/b` was replaced since it was mounted",
    "`/c`, which is mounted, is gone",
    "the mount point `/d` was removed",
    "the mount point `/e` was replaced since it was mounted",
  ]);
});
