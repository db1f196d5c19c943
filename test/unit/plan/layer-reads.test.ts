import { describe, expect, it } from "vitest";
import { layerReads } from "../../../src/plan/layer-reads.ts";

const changed = (path: string) => ({ path, isNew: false });
const added = (path: string) => ({ path, isNew: true });
const many = (folder: string, count: number) =>
  Array.from({ length: count }, (_, index) => added(`${folder}/${index}`));

describe("the reads that see every change of a writable layer", () => {
  it.each([
    ["a new file in a changed folder", [changed("/etc"), added("/etc/new")], ["/etc/new"]],
    ["a changed file", [changed("/etc"), changed("/etc/passwd")], ["/etc/passwd"]],
    ["a folder that changed itself", [changed("/etc")], ["/etc"]],
    ["a new folder, whole", [added("/opt"), added("/opt/a"), added("/opt/a/b")], ["/opt"]],
    [
      "few files one by one",
      [changed("/usr"), changed("/usr/lib"), ...many("/usr/lib", 12)],
      many("/usr/lib", 12).map(({ path }) => path),
    ],
    ["many files by their folder", [changed("/usr"), changed("/usr/lib"), ...many("/usr/lib", 300)], ["/usr/lib"]],
    [
      "fewer files by a folder further down",
      [changed("/home"), changed("/home/ada"), changed("/home/ada/src"), ...many("/home/ada/src", 5)],
      ["/home/ada/src"],
    ],
    ["many files of the root one by one", many("", 20), many("", 20).map(({ path }) => path)],
    [
      "the folder of what has a name that is no UTF-8, once",
      [changed("/etc"), added("/etc/caf\uFFFD"), added("/etc/\uFFFD"), added("/etc/\uFFFD/x"), added("/etc/y")],
      ["/etc", "/etc/y"],
    ],
    ["nothing where nothing changed", [], []],
  ])("are %s", (_, changes, reads) => expect(layerReads(changes)).toEqual(reads));
});
