import { appendFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { SavedEntry } from "../../../src/sync/ancestor-store.ts";
import type { Entry } from "../../../src/sync/entry.ts";
import { openJournal } from "../../../src/sync/journal.ts";
import { readHead } from "../../../src/sync/journal-lines.ts";
import { isEqual, noChildren, setAllAlone, walk } from "../../../src/sync/tree.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const file = (content: string): Entry => ({ kind: "file", mode: 0o644, content });
const folder: Entry = { kind: "folder", mode: 0o755, children: noChildren };
const link: Entry = { kind: "link", target: "a" };
const entries: readonly SavedEntry[] = [
  { path: "", entry: folder },
  { path: "a", entry: file("one") },
  { path: "sub", entry: folder },
  { path: "sub/link", entry: link },
];
const treeOf = (saved: readonly SavedEntry[]) =>
  setAllAlone(
    undefined,
    saved.map(({ path, entry }) => [path, entry]),
  );

interface Opening {
  readonly volume?: string;
  readonly boot?: string;
}

function journalIn(path: string) {
  const place = join(path, "v1.journal");
  const open = ({ volume = "v1", boot = "b1" }: Opening = {}) =>
    openJournal({ file: place, volume, boot, engine: "unix:///engine" });
  return {
    place,
    open,
    async write(saved: readonly SavedEntry[], confirmed?: number) {
      const journal = open();
      await journal.load();
      journal.append(saved);
      if (confirmed !== undefined) await journal.confirm(confirmed);
      await journal.close();
    },
    async paths(opening?: Opening) {
      const journal = open(opening);
      const { tree } = await journal.load();
      await journal.close();
      return [...walk(tree)].map(([at]) => at);
    },
  };
}

describe("a journal", () => {
  it("gives back what was agreed upon, the later entry for a path, and whose volume it is", async () => {
    using temporary = temporaryFolder();
    const journal = journalIn(temporary.path);
    await journal.write(entries);
    await journal.write([
      { path: "a", entry: file("two") },
      { path: "sub/link", entry: undefined },
    ]);
    const opened = journal.open();
    const { tree } = await opened.load();
    await opened.close();
    expect(
      isEqual(tree, treeOf([...entries.slice(0, 1), { path: "a", entry: file("two") }, ...entries.slice(2, 3)])),
    ).toBe(true);
    expect(readHead(readFileSync(journal.place, "utf8"))).toEqual({
      ...{ volume: "v1", boot: "b1", engine: "unix:///engine" },
    });
    expect(statSync(journal.place).mode & 0o777).toBe(0o600);
  });

  it("drops a line that breaks off, and goes on after what is whole", async () => {
    using temporary = temporaryFolder();
    const journal = journalIn(temporary.path);
    await journal.write(entries);
    const { size } = statSync(journal.place);
    for (const lost of [1, 3, 10]) {
      truncateSync(journal.place, size - lost);
      expect(await journal.paths()).toEqual(["", "a", "sub"]);
      await journal.write([{ path: "sub/link", entry: link }]);
      expect(await journal.paths()).toEqual(["", "a", "sub", "sub/link"]);
    }
  });

  it("drops what follows a line that is damaged", async () => {
    using temporary = temporaryFolder();
    const journal = journalIn(temporary.path);
    await journal.write(entries);
    const lines = readFileSync(journal.place, "utf8").split("\n");
    const damaged = lines.map((line) => (line.startsWith('["sub"') ? '["sub","d"]' : line)).join("\n");
    writeFileSync(journal.place, damaged);
    expect(await journal.paths()).toEqual(["", "a"]);
  });

  it.each([
    ["empty", () => ""],
    ["without its first line", (text: string) => text.slice(text.indexOf("\n") + 1)],
    ["of another version", (text: string) => text.replace('"version":1', '"version":2')],
    ["no text", () => "\0\0\0\0"],
  ])("counts for nothing when its file is %s, and is written anew", async (_name, damage) => {
    using temporary = temporaryFolder();
    const journal = journalIn(temporary.path);
    await journal.write(entries);
    writeFileSync(journal.place, damage(readFileSync(journal.place, "utf8")));
    expect(await journal.paths()).toEqual([]);
    await journal.write(entries);
    expect(await journal.paths()).toEqual(["", "a", "sub", "sub/link"]);
  });

  it("counts for nothing when it is another volume's", async () => {
    using temporary = temporaryFolder();
    const journal = journalIn(temporary.path);
    await journal.write(entries);
    expect(await journal.paths({ volume: "v2" })).toEqual([]);
    // that one's from now on
    expect(await journal.paths()).toEqual([]);
  });

  it("counts as far as it was confirmed after a machine restarted", async () => {
    using temporary = temporaryFolder();
    const journal = journalIn(temporary.path);
    await journal.write(entries);
    const confirmed = readFileSync(journal.place, "utf8");
    expect(await journal.paths({ boot: "b2" })).toEqual([]);
    writeFileSync(journal.place, `${confirmed}2\n`);
    expect(await journal.paths({ boot: "b2" })).toEqual(["", "a"]);
    expect(await journal.paths({ boot: "b3" })).toEqual(["", "a"]);
  });

  it("keeps stamps when it is compacted, and is short then", async () => {
    using temporary = temporaryFolder();
    const { place, open } = journalIn(temporary.path);
    const journal = open();
    await journal.load();
    journal.append(entries);
    await journal.confirm(journal.count());
    expect(journal.isLong()).toBe(false);
    for (let round = 0; round < 1001; round += 1) journal.append([{ path: "a", entry: file(String(round)) }]);
    expect(journal.isLong()).toBe(true);
    const before = statSync(place).size;
    const tree = treeOf([...entries.filter(({ path }) => path !== "a"), { path: "a", entry: file("1000") }]);
    await journal.compact(tree, (path) =>
      path === "a" ? { host: 7, container: undefined } : { host: 8, container: 9 },
    );
    expect(journal.isLong()).toBe(false);
    expect(statSync(place).size).toBeLessThan(before / 10);
    journal.append([{ path: "b", entry: file("b") }]);
    await journal.close();

    const again = open();
    const saved = await again.load();
    await again.close();
    expect(new Map(saved.stamps)).toEqual(
      new Map([
        ["a", { host: 7, container: undefined }],
        ["sub/link", { host: 8, container: 9 }],
      ]),
    );
    expect([...walk(saved.tree)].map(([path]) => path)).toEqual(["", "sub", "sub/link", "a", "b"]);
  });

  it("keeps what is appended while it is written anew", async () => {
    using temporary = temporaryFolder();
    const { open, paths } = journalIn(temporary.path);
    const journal = open();
    await journal.load();
    journal.append(entries);
    const compacted = journal.compact(treeOf(entries), () => ({ host: undefined, container: undefined }));
    journal.append([
      { path: "a", entry: undefined },
      { path: "b", entry: file("b") },
    ]);
    await compacted;
    journal.append([{ path: "c", entry: file("c") }]);
    expect(journal.count()).toBe(entries.length + 3);
    await journal.close();
    expect(await paths()).toEqual(["", "sub", "sub/link", "b", "c"]);
  });

  it("is whole when it was killed while it was written anew", async () => {
    using temporary = temporaryFolder();
    const journal = journalIn(temporary.path);
    await journal.write(entries);
    appendFileSync(`${journal.place}.new`, '{"version":1,"vol');
    expect(await journal.paths()).toEqual(["", "a", "sub", "sub/link"]);
    const opened = journal.open();
    const { tree } = await opened.load();
    await opened.compact(tree, () => ({ host: undefined, container: undefined }));
    await opened.close();
    expect(existsSync(`${journal.place}.new`)).toBe(false);
    expect(await journal.paths()).toEqual(["", "a", "sub", "sub/link"]);
  });

  it("has names of all kinds", async () => {
    using temporary = temporaryFolder();
    const journal = journalIn(temporary.path);
    const names = ["with\nline", 'with"quote', "[", "ä😀", " ", "\u2028"];
    await journal.write([{ path: "", entry: folder }, ...names.map((path) => ({ path, entry: file(path) }))]);
    expect(await journal.paths()).toEqual(["", ...names]);
  });
});
