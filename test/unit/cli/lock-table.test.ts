import pico from "picocolors";
import { describe, expect, it } from "vitest";
import { printLockChanges, printLockSummary } from "../../../src/cli/lock-table.ts";
import type { LockResult } from "../../../src/env/lock/lock.ts";
import type { LockChange } from "../../../src/lock/changes.ts";

const style = pico.createColors(false);
const platform = "linux/amd64";

const resultOf = (changes: readonly LockChange[], written = true): LockResult => ({
  project: "shop",
  file: "devenv-lock.json",
  written,
  changes,
});
const print = (changes: readonly LockChange[], verbose = false) =>
  printLockChanges(resultOf(changes), { style, verbose });

const base: LockChange = { kind: "base", name: "debian:12", platform, from: "sha256:0123456789ab", to: "sha256:ba98" };
const added = (count: number): readonly LockChange[] =>
  Array.from({ length: count }, (_, index) => ({ kind: "package", name: `lib${index + 1}`, platform, to: "1.0" }));

describe("what devenv lock changed", () => {
  it("is nothing at all when nothing changed", () => expect(print([])).toBe(""));

  it("is a table of what was and what is, with images named as such and a dash where there is nothing", () => {
    const changes: readonly LockChange[] = [
      base,
      { kind: "package", name: "curl", platform, to: "7.88.1-10+deb12u8" },
      { kind: "package", name: "git", platform, from: "1:2.39.2", to: "1:2.39.5" },
      { kind: "package", name: "jq", platform, from: "1.6" },
      { kind: "archive", name: "npm:npm@11.21.2", to: "3f9a1c27e0b4" },
      { kind: "image", name: "dev", platform, from: "aaaaaaaaaaaa", to: "bbbbbbbbbbbb" },
    ];
    expect(print(changes)).toBe(
      [
        "NAME             FROM                 TO",
        "debian:12        sha256:0123456789ab  sha256:ba98",
        "curl             -                    7.88.1-10+deb12u8",
        "git              1:2.39.2             1:2.39.5",
        "jq               1.6                  -",
        "npm:npm@11.21.2  -                    3f9a1c27e0b4",
        "image of dev     aaaaaaaaaaaa         bbbbbbbbbbbb",
        "",
      ].join("\n"),
    );
  });

  it("names platforms when it is about several, which an archive is not", () => {
    const changes: readonly LockChange[] = [
      { kind: "package", name: "git", platform, from: "1", to: "2" },
      { kind: "package", name: "git", platform: "linux/arm64", from: "1", to: "2" },
      { kind: "archive", name: "https://example.com/a.tgz", from: "1", to: "2" },
      { kind: "image", name: "dev", platform: "linux/arm64", from: "1", to: "2" },
    ];
    expect(print(changes)).toBe(
      [
        "NAME                        FROM  TO",
        "git (linux/amd64)           1     2",
        "git (linux/arm64)           1     2",
        "https://example.com/a.tgz   1     2",
        "image of dev (linux/arm64)  1     2",
        "",
      ].join("\n"),
    );
  });

  it("lists twenty new packages", () => {
    const lines = added(20).map(({ name }) => `${name.padEnd(5)}  -     1.0`);
    expect(print(added(20))).toBe(`NAME   FROM  TO\n${lines.join("\n")}\n`);
  });

  it("counts more new packages than that, and lists the rest", () => {
    expect(print([base, ...added(21), { kind: "package", name: "git", platform, from: "1", to: "2" }])).toBe(
      [
        "NAME       FROM                 TO",
        "debian:12  sha256:0123456789ab  sha256:ba98",
        "git        1                    2",
        "and 21 packages that were not locked before (--verbose lists them)",
        "",
      ].join("\n"),
    );
  });

  it("is no table when there are only new packages, and many", () => {
    expect(print(added(21))).toBe("21 packages that were not locked before (--verbose lists them)\n");
  });

  it("lists all of them when it is asked to", () => {
    const lines = added(21).map(({ name }) => `${name.padEnd(5)}  -     1.0`);
    expect(print(added(21), true)).toBe(`NAME   FROM  TO\n${lines.join("\n")}\n`);
  });

  it("dims the titles and what is only counted on a terminal", () => {
    const text = printLockChanges(resultOf([base, ...added(21)]), { style: pico.createColors(true), verbose: false });
    const dim = (line: string) => `\u001b[2m${line}\u001b[22m`;
    expect(text).toBe(
      [
        dim("NAME       FROM                 TO"),
        "debian:12  sha256:0123456789ab  sha256:ba98",
        dim("and 21 packages that were not locked before (--verbose lists them)"),
        "",
      ].join("\n"),
    );
  });
});

describe("the summary of devenv lock", () => {
  it.each([
    [resultOf([], false), "shop: devenv-lock.json is up to date\n"],
    [resultOf([]), "shop: devenv-lock.json written, 0 pins changed\n"],
    [resultOf([base]), "shop: devenv-lock.json written, 1 pin changed\n"],
    [resultOf([base, ...added(2)]), "shop: devenv-lock.json written, 3 pins changed\n"],
  ])("says whether the file was written, and how many pins changed", (result, text) => {
    expect(printLockSummary(result)).toBe(text);
  });
});
