import pico from "picocolors";
import { describe, expect, it } from "vitest";
import { printChecks } from "../../../src/cli/doctor-table.ts";
import { printPruned, printPruneSummary } from "../../../src/cli/prune-table.ts";
import { printStatus } from "../../../src/cli/status-table.ts";
import { printTasks, taskList } from "../../../src/cli/task-list.ts";
import { printUpSummary } from "../../../src/cli/up-summary.ts";
import type { EnvironmentResult } from "../../../src/env/operation.ts";
import type { EnvironmentSpec, Spec } from "../../../src/spec/spec.ts";

import { environmentOf } from "../../support/plans.ts";

const style = pico.createColors(false);
const task = (command: string) => ({ command, cwd: undefined, env: {}, dependsOn: [] });

const environment = (name: string, tasks: EnvironmentSpec["tasks"]): EnvironmentSpec => ({
  ...environmentOf({ image: "debian:bookworm-slim" }),
  name,
  key: `environments.${name}`,
  tasks,
});
const spec = (...environments: EnvironmentSpec[]): Spec => ({
  project: "shop",
  root: "/shop",
  registries: {},
  packages: { mirrors: {}, snapshot: undefined },
  environments,
});

const result = (name: string, action: EnvironmentResult["action"], host?: number): EnvironmentResult => ({
  name,
  container: `shop-${name}-1`,
  image: `localhost/shop/${name}:3f9a1c27e0b4`,
  fingerprint: "3f9a1c27e0b4",
  state: "running",
  health: "none",
  action,
  reasons: [],
  ports: host === undefined ? [] : [{ container: 3000, host }],
});
const summary = (specified: Spec, ...environments: EnvironmentResult[]) =>
  printUpSummary({ project: "shop", environments, services: [] }, specified, { durationMs: 10_100, style });

const dev = environment("dev", { lint: task("biome check ."), test: task("npm test") });
const web = environment("web", {});

describe("the closing words of up", () => {
  it("are exactly one line when nothing changed", () => {
    expect(summary(spec(dev), result("dev", "kept", 3001))).toBe("shop · dev is up to date   http://localhost:3001\n");
  });

  it("say how long it took, where it answers and what to do next", () => {
    expect(summary(spec(dev), result("dev", "created", 3001))).toBe(`ready in 10.1s   http://localhost:3001

  devenv shell      open a shell         devenv task test   npm test
`);
  });

  it("have a line for each of several environments, and name them in what to do next", () => {
    expect(summary(spec(dev, web), result("dev", "kept"), result("web", "recreated", 8080))).toBe(
      `shop · dev is up to date
shop · web is ready   http://localhost:8080
ready in 10.1s

  devenv shell dev      open a shell         devenv task test --env dev   npm test
  devenv shell web      open a shell
`,
    );
  });

  it("offer the first task when none is called test", () => {
    const only = environment("dev", { serve: task("npm start\n# more") });
    expect(summary(spec(only), result("dev", "started"))).toBe(`ready in 10.1s

  devenv shell      open a shell         devenv task serve   npm start
`);
  });
});

describe("status", () => {
  it("is an aligned table with the reasons why an environment is stale below it", () => {
    const { action: _action, reasons: _reasons, ...kept } = result("dev", "kept", 3001);
    const absent = {
      ...kept,
      name: "integration",
      state: "absent",
      ports: [],
      stale: ["there is no container"],
      next: "create" as const,
    };
    const stale = {
      ...kept,
      image: `localhost/shop/dev:${"3f9a1c27e0b4".repeat(5)}abcd`,
      stale: ["env.NODE_ENV changed", "image: layers[1] changed"],
      next: "recreate" as const,
    };
    const sync = {
      state: "in-step" as const,
      changes: [],
      files: 2,
      filesLeft: 0,
      conflicts: 0,
      copies: 0,
      problems: 0,
      slow: [],
    };
    const current = { ...kept, name: "docs", ports: [], stale: [], next: "keep" as const, sync };
    const leftovers = [{ environment: "web", container: "shop-web-3f9a1c27", state: "exited" }];
    expect(
      printStatus({ project: "shop", environments: [stale, absent, current], services: [], leftovers }, style),
    ).toBe(
      `ENVIRONMENT  STATE    HEALTH  PORTS      IMAGE
dev          running  none    3001→3000  localhost/shop/dev:3f9a1c27e0b4
  stale: env.NODE_ENV changed
  stale: image: layers[1] changed
  the next \`devenv up\` makes the container anew, and builds the image if it is not there
integration  absent   none    -          localhost/shop/dev:3f9a1c27e0b4
  stale: there is no container
  the next \`devenv up\` creates the container
docs         running  none    -          localhost/shop/dev:3f9a1c27e0b4
  sync: in step, 2 files
  up to date
leftover: \`shop-web-3f9a1c27\` (exited) of \`web\`, which the config no longer has; \`devenv down web\` or \`devenv prune\` removes it
`,
    );
  });
});

describe("status of a project that an environment was taken out of", () => {
  it("tells what is left over, and what removes it", () => {
    const leftovers = [{ environment: "old", container: "shop-old-1a2b3c4d", state: "exited" }];
    expect(printStatus({ project: "shop", environments: [], services: [], leftovers }, style)).toBe(
      `ENVIRONMENT  STATE  HEALTH  PORTS  IMAGE
leftover: \`shop-old-1a2b3c4d\` (exited) of \`old\`, which the config no longer has; \`devenv down old\` or \`devenv prune\` removes it
`,
    );
  });
});

describe("prune", () => {
  const hour = 60 * 60 * 1000;
  const now = Date.parse("2026-11-24T12:00:00Z");
  const made = (hoursAgo: number) => new Date(now - hoursAgo * hour).toISOString();
  const items = [
    { kind: "container", name: "shop-old-1a2b3c4d", size: null, created: made(0), reason: "one" },
    { kind: "volume", name: "shop-old-1a2b3c4d-deps", size: 12_345_678, created: made(0.5), reason: "two" },
    {
      kind: "image",
      name: `localhost/shop/old:${"3f9a1c27e0b4".padEnd(64, "0")}`,
      size: 2e8,
      created: made(5),
      reason: "three",
    },
    { kind: "image", name: `sha256:${"a".repeat(64)}`, size: 0, created: made(60), reason: "four" },
    { kind: "snapshot", name: "localhost/shop/old/snapshots:one", size: 1e6, created: null, reason: "five" },
  ] as const;
  const result = { project: "shop", dryRun: true, items, size: 213_345_678 };

  it("is an aligned table with sizes, ages and reasons, and a total", () => {
    expect(printPruned(result, { now, style })).toBe(
      `KIND       NAME                    SIZE      AGE  REASON
container  shop-old-1a2b3c4d       -         now  one
volume     shop-old-1a2b3c4d-deps  12.3 MB   30m  two
image      shop/old:3f9a1c27e0b4   200.0 MB  5h   three
image      sha256:aaaaaaaaaaaa     0.0 MB    2d   four
snapshot   shop/old/snapshots:one  1.0 MB    -    five
total                              213.3 MB
`,
    );
  });

  it("says in one line what it did, or would do", () => {
    expect(printPruneSummary(result)).toBe("shop: `devenv prune` would remove 5 items\n");
    expect(printPruneSummary({ ...result, dryRun: false, items: [items[0]] })).toBe("shop: removed 1 item\n");
    const nothing = { ...result, items: [], size: 0 };
    expect(printPruneSummary(nothing) + printPruned(nothing, { now, style })).toBe("shop: nothing to remove\n");
  });
});

describe("the list of tasks", () => {
  it("shows every environment's tasks with their commands", () => {
    expect(printTasks(taskList(spec(dev, web), undefined), style)).toBe(`dev
  lint  biome check .
  test  npm test
web
  no tasks
`);
  });

  it("is that of one environment when it is named, and refuses one that does not exist", () => {
    expect(taskList(spec(dev, web), "web")).toEqual({ environments: [{ name: "web", tasks: [] }] });
    expect(() => taskList(spec(dev), "nope")).toThrow(expect.objectContaining({ code: "ENVIRONMENT_UNKNOWN" }));
  });
});

it("shows what doctor found, and what to do below each trouble", () => {
  expect(
    printChecks(
      [
        { name: "node", status: "ok", found: "v24.21.0" },
        { name: "engine", status: "fixed", found: "Docker 20.10.24" },
        { name: "disk", status: "warning", found: "3 GB free" },
        { name: "socket", status: "failed", found: "no permission", advice: "log in again\nor run as root" },
      ],
      style,
    ),
  ).toBe(`  ✔ node    v24.21.0
  ✔ engine  Docker 20.10.24 (fixed)
  ! disk    3 GB free
  ✖ socket  no permission
            log in again
            or run as root
`);
});
