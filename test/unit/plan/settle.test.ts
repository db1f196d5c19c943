import { expect, it } from "vitest";
import type { ContainerState } from "../../../src/plan/diff.ts";
import { syncLabel } from "../../../src/plan/labels.ts";
import { nameBefore, nameInPhase, phaseOf } from "../../../src/plan/phase.ts";
import { settle } from "../../../src/plan/settle.ts";

const container = (name: string, state: ContainerState = "running", created = 1) => ({
  id: name,
  name,
  state,
  created,
  labels: {},
});

it.each([
  ["nothing", [], undefined, []],
  ["one that runs", [container("a")], "a", []],
  ["one that is stopped", [container("a", "exited")], "a", []],
  ["one that was never started", [container("a", "created")], undefined, ["a"]],
  ["one whose hook has not ended", [container("a.create")], "a.create", []],
  ["a successor that was never started", [container("a.old"), container("a", "created", 2)], "a.old", ["a"]],
  ["a successor that runs", [container("a.old", "exited"), container("a.create", "running", 2)], "a.create", ["a.old"]],
  ["one that should have been replaced", [container("a.old", "exited")], "a.old", []],
  ["two that run", [container("a", "running", 1), container("b", "running", 2)], "b", ["a"]],
  ["one that is being removed", [container("a", "removing")], undefined, ["a"]],
])("settles %s", (_name, containers, counts, leftovers) => {
  const settled = settle(containers);
  expect(settled.container?.name).toBe(counts);
  expect(settled.leftovers.map(({ name }) => name)).toEqual(leftovers);
});

it("leaves what keeps the workspace in step out of what counts", () => {
  const helper = { ...container("a-sync", "running", 9), labels: { [syncLabel]: "id" } };
  const settled = settle([container("a"), helper]);
  expect(settled).toEqual({ container: container("a"), leftovers: [], helpers: [helper] });
  expect(settle([helper])).toEqual({ container: undefined, leftovers: [], helpers: [helper] });
});

it("tells a phase by the end of a name, and changes it", () => {
  expect(["a-dev-1", "a-dev-1.create", "a-dev-1.start", "a-dev-1.old"].map(phaseOf)).toEqual([
    "done",
    "create",
    "start",
    "old",
  ]);
  expect(nameInPhase("a.create", "start")).toBe("a.start");
  expect(nameInPhase("a.b.create", "done")).toBe("a.b");
  expect(nameInPhase("a.create", "old")).toBe("a.create.old");
  expect(nameInPhase("a.create.old", "done")).toBe("a");
  expect(["a.create.old", "a.create", "a.b"].map(nameBefore)).toEqual(["a.create", "a.create", "a.b"]);
});
