import { expect, it } from "vitest";
import { conflictPath, isConflictCopy } from "../../../src/sync/conflict-name.ts";
import { nameOf } from "../../../src/sync/tree.ts";

const date = new Date("2026-11-24T20:30:01.234Z");
const name = (path: string, number?: number) => conflictPath({ path, side: "host", date, number });
const ending = ".conflict-host-20261124T203001Z";

it.each([
  ["beside the winner", "src/a.ts", `src/a.ts${ending}`],
  ["at the root", "a.ts", `a.ts${ending}`],
  ["without an extension", "Makefile", `Makefile${ending}`],
  ["hidden ones stay hidden", ".env", `.env${ending}`],
  ["of a copy itself", `a${ending}`, `a${ending}${ending}`],
])("names what loses a conflict %s", (_name, path, expected) => {
  expect(name(path)).toBe(expected);
  expect(isConflictCopy(expected)).toBe(true);
});

it("numbers further ones of the same second, and tells the sides apart", () => {
  expect(name("a", 1)).toBe(`a${ending}-1`);
  expect(isConflictCopy(name("a", 12))).toBe(true);
  expect(conflictPath({ path: "a", side: "container", date })).toBe("a.conflict-container-20261124T203001Z");
});

it.each(["a".repeat(255), "ä".repeat(127), "😀".repeat(63)])(
  "cuts names to what file systems take, at whole characters",
  (long) => {
    for (const number of [undefined, 1, 99]) {
      const path = name(`folder/${long}`, number);
      expect(Buffer.byteLength(nameOf(path))).toBeLessThanOrEqual(255);
      expect(Buffer.byteLength(nameOf(path))).toBeGreaterThan(250);
      expect(path).not.toContain("\uFFFD");
      expect(Buffer.from(path).toString()).toBe(path);
      expect(isConflictCopy(path)).toBe(true);
    }
  },
);

it.each(["a.conflict-host", "a.conflict-other-20261124T203001Z", "a.conflict-host-20261124T203001Z.txt", "conflict"])(
  "takes %s for no copy",
  (path) => expect(isConflictCopy(path)).toBe(false),
);
