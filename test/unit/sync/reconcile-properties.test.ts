import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Entry } from "../../../src/sync/entry.ts";
import { type Reconciled, reconcile, type Trees } from "../../../src/sync/reconcile.ts";
import { at, childrenOf, isAlike, isEqual, isWithin, joinPath, readable, share, walk } from "../../../src/sync/tree.ts";
import { applyChanges, arbitraryTree, type TreeOptions } from "../../support/trees.ts";

const twoWay = { direction: "two-way" } as const;
const oneWay = { direction: "to-container" } as const;
const runs = { numRuns: 500 };

function arbitraryTrees(options: TreeOptions): fc.Arbitrary<Trees> {
  const side = arbitraryTree(options);
  const independent = fc.record({
    ancestor: arbitraryTree({ ...options, hasUnreadable: false }),
    host: side,
    container: side,
  });
  const grown = fc.record({
    ancestor: arbitraryTree({ ...options, hasUnreadable: false }),
    host: side,
    container: side,
    seed: fc.nat(),
  });
  return fc.oneof(
    independent,
    grown.map(({ ancestor, host, container, seed }) => ({
      ancestor,
      host: mix(ancestor, host, seed),
      container: mix(ancestor, container, seed * 7 + 3),
    })),
  );
}

/** The one tree with some things of the other: like what a few edits make of it. */
function mix(one: Entry | undefined, other: Entry | undefined, seed: number): Entry | undefined {
  if (one?.kind !== "folder" || other?.kind !== "folder") return seed % 3 === 0 ? other : one;
  const names = new Set([...one.children.keys(), ...other.children.keys()]);
  const children = new Map<string, Entry>();
  for (const [index, name] of [...names].entries()) {
    const child = mix(one.children.get(name), other.children.get(name), (seed * 31 + index * 17 + 5) % 1009);
    if (child !== undefined) children.set(name, child);
  }
  return { ...one, mode: seed % 5 === 0 ? other.mode : one.mode, children };
}

function settled(trees: Trees, made: Reconciled): Trees {
  return {
    ancestor: applyChanges(trees.ancestor, made.ancestor),
    host: applyChanges(trees.host, made.host),
    container: applyChanges(trees.container, made.container),
  };
}

const all = arbitraryTrees({ modes: [0o644, 0o755, 0o600], hasUnreadable: true });
const closed = arbitraryTrees({ modes: [0o644, 0o755, 0o600] });

/** Files and links on a side that are not like that in the ancestor. */
function* news(ancestor: Entry | undefined, tree: Entry | undefined): Generator<readonly [string, Entry]> {
  for (const [path, entry] of walk(tree)) {
    const isContent = entry.kind === "file" || entry.kind === "link";
    if (isContent && !isSameContent(at(ancestor, path), entry)) yield [path, entry];
  }
}

function isSameContent(one: Entry | undefined, other: Entry): boolean {
  return one?.kind === "file" && other.kind === "file" ? one.content === other.content : isAlike(one, other);
}

describe("reconcile", () => {
  it("leaves both sides and the ancestor equal when nothing clashes", () => {
    fc.assert(
      fc.property(closed, (trees) => {
        const made = reconcile(trees, twoWay);
        const then = settled(trees, made);
        for (const { path } of made.conflicts) expect(at(then.host, path)).toBeDefined();
        expect(differing(then, made).filter((path) => !isIn(made.conflicts, path))).toEqual([]);
      }),
      runs,
    );
  });

  it.each([twoWay, oneWay])("changes nothing but what stands there: $direction", (options) => {
    fc.assert(
      fc.property(all, (trees) => {
        const made = reconcile(trees, options);
        for (const tree of ["host", "container", "ancestor"] as const) {
          for (const { path, before } of made[tree]) expect(at(trees[tree], path)).toBe(before);
        }
      }),
      runs,
    );
  });

  it("keeps everything new of both sides: on both, or in a conflict", () => {
    fc.assert(
      fc.property(all, (trees) => {
        const made = reconcile(trees, twoWay);
        const then = settled(trees, made);
        expect(lost(trees, then, made, "host")).toEqual([]);
        expect(lost(trees, then, made, "container")).toEqual([]);
      }),
      runs,
    );
  });

  it.each([twoWay, oneWay])("has nothing left to do afterwards: $direction", (options) => {
    fc.assert(
      fc.property(all, (trees) => {
        const made = reconcile(trees, options);
        const again = reconcile(settled(trees, made), options);
        expect({ ...again, conflicts: [] }).toMatchObject({ ancestor: [], host: [], container: [] });
        expect(again.conflicts.map(({ path }) => path)).toEqual(made.conflicts.map(({ path }) => path));
      }),
      runs,
    );
  });

  it("finds nothing to do on sides that are equal", () => {
    fc.assert(
      fc.property(arbitraryTree(), arbitraryTree(), (ancestor, tree) => {
        const made = reconcile({ ancestor, host: tree, container: tree }, twoWay);
        expect(made).toMatchObject({ host: [], container: [], conflicts: [] });
        expect(isEqual(applyChanges(ancestor, made.ancestor), tree)).toBe(true);
      }),
      runs,
    );
  });

  it("is the same with the sides swapped, where modes do not clash", () => {
    fc.assert(
      fc.property(arbitraryTrees({ hasUnreadable: true }), ({ ancestor, host, container }) => {
        const one = reconcile({ ancestor, host, container }, twoWay);
        const other = reconcile({ ancestor, host: container, container: host }, twoWay);
        const sorted = (changes: Reconciled["host"]) => changes.toSorted((a, b) => (a.path < b.path ? -1 : 1));
        expect(sorted(other.host)).toEqual(sorted(one.container));
        expect(sorted(other.container)).toEqual(sorted(one.host));
        expect(sorted(other.ancestor)).toEqual(sorted(one.ancestor));
        expect(other.conflicts.map(({ path }) => path).sort()).toEqual(one.conflicts.map(({ path }) => path).sort());
      }),
      runs,
    );
  });

  it("never touches what is unreadable, or what is at the same path on the other side", () => {
    fc.assert(
      fc.property(all, fc.constantFrom(twoWay, oneWay), (trees, options) => {
        const then = settled(trees, reconcile(trees, options));
        expect(disturbed(trees, then, "host")).toEqual([]);
        expect(disturbed(trees, then, "container")).toEqual([]);
      }),
      runs,
    );
  });

  it("leaves the host alone when it goes one way, and what the container alone changed", () => {
    fc.assert(
      fc.property(all, (trees) => {
        const made = reconcile(trees, oneWay);
        expect(made.host).toEqual([]);
        const then = settled(trees, made);
        for (const [path, entry] of news(trees.ancestor, trees.container)) {
          expect(isSameContent(at(then.container, path), entry), path).toBe(true);
        }
        for (const [path, entry] of news(trees.ancestor, trees.host)) {
          if (isIn(made.conflicts, path) || isBlocked(trees, path)) continue;
          expect(isSameContent(at(then.container, path), entry), path).toBe(true);
        }
      }),
      runs,
    );
  });

  it("does at one path what it would do there in the whole", () => {
    fc.assert(
      fc.property(closed, fc.constantFrom("a", "b", "a/b", "a/b/c"), (trees, path) => {
        const whole = reconcile(trees, twoWay);
        const part = reconcile(trees, { ...twoWay, path });
        const touched = (change: { readonly path: string }) =>
          isWithin(change.path, path) || isWithin(path, change.path);
        for (const tree of ["host", "container", "ancestor"] as const) {
          expect(part[tree]).toEqual(whole[tree].filter(touched));
        }
      }),
      runs,
    );
  });

  it("finds the same whether trees share their objects or not", () => {
    fc.assert(
      fc.property(all, (trees) => {
        const host = share(trees.host, trees.ancestor);
        const container = share(share(trees.container, trees.ancestor), host);
        expect(reconcile({ ...trees, host, container }, twoWay)).toEqual(reconcile(trees, twoWay));
      }),
      runs,
    );
  });
});

type SideName = "host" | "container";
const otherOf = { host: "container", container: "host" } as const;

/** What is new on a side and is not there any more, or neither on the other side nor in a conflict. */
function lost(trees: Trees, then: Trees, { conflicts }: Reconciled, side: SideName): readonly string[] {
  const isKept = (tree: Entry | undefined, [path, entry]: readonly [string, Entry]) =>
    isSameContent(at(tree, path), entry);
  const isHeldUp = (path: string) => isIn(conflicts, path) || isBlocked(trees, path);
  return [...news(trees.ancestor, trees[side])]
    .filter((one) => !isKept(then[side], one) || !(isHeldUp(one[0]) || isKept(then[otherOf[side]], one)))
    .map(([path]) => path);
}

/** Where something was done at the path of an unreadable thing. */
function disturbed(trees: Trees, then: Trees, side: SideName): readonly string[] {
  const other = otherOf[side];
  return [...walk(trees[side])]
    .filter(([path, entry]) => {
      if (entry.kind !== "unreadable") return false;
      const facing = at(trees[other], path);
      const isOthersSame = isEqual(at(then[other], path), facing) || !isEqual(facing, readable(facing));
      return at(then[side], path) !== entry || !isOthersSame;
    })
    .map(([path]) => path);
}

function isIn(conflicts: Reconciled["conflicts"], path: string): boolean {
  return conflicts.some((conflict) => isWithin(path, conflict.path));
}

/** Something unreadable stands in the way, on one side. */
function isBlocked({ host, container }: Trees, path: string): boolean {
  const names = path.split("/");
  return names.some((_, index) => {
    const above = names.slice(0, index + 1).join("/");
    return at(host, above)?.kind === "unreadable" || at(container, above)?.kind === "unreadable";
  });
}

/** Paths that are not the same in all three, outside of conflicts. */
function differing(trees: Trees, { conflicts }: Reconciled, path = ""): readonly string[] {
  const { ancestor, host, container } = trees;
  if (isIn(conflicts, path)) return [];
  const own = isAlike(host, container) && isAlike(host, ancestor) ? [] : [path];
  const names = new Set([host, container, ancestor].flatMap((tree) => [...childrenOf(tree).keys()]));
  const below = [...names].flatMap((name) =>
    differing(
      {
        ancestor: childrenOf(ancestor).get(name),
        host: childrenOf(host).get(name),
        container: childrenOf(container).get(name),
      },
      { conflicts } as Reconciled,
      joinPath(path, name),
    ),
  );
  return [...own, ...below];
}
