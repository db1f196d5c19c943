/** Who has a file open on the host while it is replaced or removed. */
import {
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { createAside } from "../../../src/sync/host/aside.ts";
import { stampOf } from "../../../src/sync/host/stat.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const afterwardsMs = 250;

function open() {
  const folder = temporaryFolder({ "sub/file": "old", new: "new" });
  const root = folder.path;
  const place = join(root, "sub/file");
  return {
    root,
    place,
    aside: createAside({ root, nameLate: (path, number = 0) => `${path}.late${number}` }),
    what: { path: "sub/file", place, expected: stampOf(lstatSync(place, { bigint: true })) },
    names: () => (readdirSync(root, { recursive: true }) as string[]).sort(),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

it("leaves nothing of what nobody wrote to", async () => {
  using here = open();
  here.aside.replace(join(here.root, "new"), here.what);
  expect(readFileSync(here.place, "utf8")).toBe("new");
  await sleep(afterwardsMs);
  expect(here.names()).toEqual(["sub", "sub/file"]);
});

it("keeps beside what is written to a file after it was replaced", async () => {
  using here = open();
  const writer = openSync(here.place, "r+");
  here.aside.replace(join(here.root, "new"), here.what);
  writeSync(writer, "late");
  closeSync(writer);
  await sleep(afterwardsMs);
  expect(here.names()).toEqual(["sub", "sub/file", "sub/file.late0"]);
  expect(readFileSync(join(here.root, "sub/file.late0"), "utf8")).toBe("late");
});

it("overwrites nothing with what it keeps", async () => {
  using here = open();
  writeFileSync(join(here.root, "sub/file.late0"), "somebody's");
  const writer = openSync(here.place, "r+");
  here.aside.remove(here.what);
  writeSync(writer, "late");
  closeSync(writer);
  await sleep(afterwardsMs);
  expect(readFileSync(join(here.root, "sub/file.late0"), "utf8")).toBe("somebody's");
  expect(readFileSync(join(here.root, "sub/file.late1"), "utf8")).toBe("late");
});

it("moves a file to where nothing stands", () => {
  using here = open();
  expect(() => here.aside.move(here.what, join(here.root, "new"))).toThrow("EEXIST");
  here.aside.move(here.what, join(here.root, "sub/other"));
  expect(here.names()).toEqual(["new", "sub", "sub/other"]);
});

it("keeps what is written to a file after it was removed, also where its folder is gone", async () => {
  using here = open();
  const writer = openSync(here.place, "r+");
  here.aside.remove(here.what);
  // nothing of it is in the folder's way
  rmdirSync(join(here.root, "sub"));
  writeSync(writer, "late");
  closeSync(writer);
  await sleep(afterwardsMs);
  expect(here.names()).toEqual(["file.late0", "new"]);
  expect(readFileSync(join(here.root, "file.late0"), "utf8")).toBe("late");
});

it("removes and replaces only what is expected", () => {
  using here = open();
  const other = { ...here.what, expected: here.what.expected + 1 };
  expect(() => here.aside.remove(other)).toThrow("something else stands there now");
  expect(() => here.aside.replace(join(here.root, "new"), other)).toThrow("something else stands there now");
  rmSync(here.place);
  expect(() => here.aside.remove(here.what)).toThrow("something else stands there now");
  expect(here.names()).toEqual(["new", "sub"]);
});
