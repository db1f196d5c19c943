/** What holds for every `Side` on a real file system, whoever implements it. */
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, it, vi } from "vitest";
import {
  type NewFile,
  type Side,
  SideError,
  type SideListener,
  type Stat,
  smallSize,
  sparseReason,
} from "../../src/sync/side.ts";
import { packedFile } from "./packed-file.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export interface OpenedSide extends AsyncDisposable {
  readonly side: Side;
}

/** Open a side on an absolute real folder. */
export type OpenSide = (root: string, listener: SideListener) => Promise<OpenedSide>;

interface Told {
  readonly paths: Set<string>;
  readonly overflows: number;
}

async function open(openSide: OpenSide) {
  const folder = temporaryFolder({});
  const told: { paths: Set<string>; overflows: number } = { paths: new Set(), overflows: 0 };
  const opened = await openSide(folder.path, {
    onChange: (paths) => {
      for (const path of paths) told.paths.add(path);
    },
    onOverflow: () => told.overflows++,
    onUnwatched: (reason) => {
      throw new Error(reason);
    },
    onLost: () => {},
  });
  return {
    root: folder.path,
    at: (path: string) => join(folder.path, path),
    side: opened.side,
    told: told as Told,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

/** `isWatched`: the side tells of changes. */
export function sideContract(openSide: OpenSide, { isWatched } = { isWatched: true }): void {
  reading(openSide);
  writing(openSide);
  changing(openSide);
  if (isWatched) watching(openSide);
}

function reading(openSide: OpenSide): void {
  it("lists what a folder holds, of every kind", async () => {
    await using here = await open(openSide);
    writeFileSync(here.at("file"), "content");
    chmodSync(here.at("file"), 0o754);
    utimesSync(here.at("file"), 1_700_000_000, 1_700_000_000);
    mkdirSync(here.at("folder"));
    symlinkSync("../else where", here.at("link"));
    const listing = await here.side.list("");
    expect(listing?.folder.kind).toBe("folder");
    const children = listing?.children ?? new Map();
    expect([...children.keys()].sort()).toEqual(["file", "folder", "link"]);
    expect(children.get("file")).toMatchObject({
      kind: "file",
      mode: 0o754,
      size: 7,
      mtimeNs: 1_700_000_000_000_000_000n,
    });
    expect(children.get("folder")).toMatchObject({ kind: "folder" });
    expect(children.get("link")).toMatchObject({ kind: "link", target: "../else where" });
    expect(children.get("file")).toMatchObject({ ...(await here.side.stat("file")), isFresh: expect.any(Boolean) });
  });

  it("says nothing of what is not there, and does not list what is no folder", async () => {
    await using here = await open(openSide);
    writeFileSync(here.at("file"), "");
    symlinkSync(here.root, here.at("link"));
    expect(await here.side.stat("none")).toBeUndefined();
    expect(await here.side.list("none")).toBeUndefined();
    expect(await here.side.list("file")).toBeUndefined();
    expect(await here.side.list("link")).toBeUndefined();
  });

  it("takes a name that is not UTF-8 for a problem, and all other names as they are", async () => {
    await using here = await open(openSide);
    const names = ["new\nline", "sp ace", "quote'\"", "-dash", "é", "日本語", "\\", "$(x)", "a".repeat(255)];
    for (const name of names) writeFileSync(here.at(name), name);
    writeFileSync(Buffer.concat([Buffer.from(here.at("bad")), Buffer.from([0xff, 0xfe])]), "");
    const { children } = (await here.side.list("")) ?? { children: new Map() };
    for (const name of names) expect(children.get(name)).toMatchObject({ kind: "file" });
    expect([...children.values()].filter((child) => typeof child === "string")).toEqual(["its name is not UTF-8"]);
    expect(await read(here.side, "new\nline")).toBe("new\nline");
  });

  it("reads a file as it was at one moment, or says that it changed", async () => {
    await using here = await open(openSide);
    writeFileSync(here.at("small"), "small");
    writeFileSync(here.at("large"), Buffer.alloc(3_000_000, "large"));
    expect(await read(here.side, "small")).toBe("small");
    expect(await read(here.side, "large")).toBe(Buffer.alloc(3_000_000, "large").toString());
    const { stamp } = await statOf(here.side, "small");
    writeFileSync(here.at("small"), "other");
    await expect(collect(here.side.read("small", stamp))).rejects.toMatchObject({ kind: "changed" });
    const large = await statOf(here.side, "large");
    const half = (async () => {
      for await (const _chunk of here.side.read("large", large.stamp)) writeFileSync(here.at("large"), "cut");
    })();
    await expect(half).rejects.toMatchObject({ kind: "changed" });
  });
}

function writing(openSide: OpenSide): void {
  it("does not read a large file that is mostly holes, and says so", async () => {
    await using here = await open(openSide);
    for (const [name, size] of [
      ["sparse", 20_000_000],
      ["filled", 20_000_000],
      ["small", 1_000_000],
    ] as const) {
      if (name === "filled") writeFileSync(here.at(name), Buffer.alloc(size));
      else {
        writeFileSync(here.at(name), "");
        truncateSync(here.at(name), size);
      }
      const stat = await here.side.stat(name);
      expect(stat).toMatchObject({ kind: "file", size });
      const read = async () => {
        let length = 0;
        for await (const piece of here.side.read(name, stat?.stamp ?? 0)) length += piece.length;
        return length;
      };
      if (name === "sparse") await expect(read()).rejects.toMatchObject({ kind: "problem", message: sparseReason });
      else expect(await read()).toBe(size);
    }
  });

  it("looks, where the side can, at a file and what is in it, unless it is as it is known", async () => {
    await using here = await open(openSide);
    const look = async (path: string, known?: number) => {
      const seen = await here.side.look?.(path, known);
      return seen && { stat: seen.stat, content: seen.content && Buffer.from(seen.content).toString() };
    };
    if (here.side.look === undefined) return;
    for (const [name, size] of Object.entries({ file: 7, empty: 0, small: smallSize, large: smallSize + 1 })) {
      writeFileSync(here.at(name), "x".repeat(size));
      const stat = await here.side.stat(name);
      const isLarge = size > smallSize;
      const alike = { ...stat, isFresh: expect.any(Boolean) };
      expect(await look(name)).toEqual({ stat: alike, content: isLarge ? undefined : "x".repeat(size) });
      expect(await look(name, stat?.stamp)).toEqual({ stat: alike, content: size === 0 ? "" : undefined });
    }
    symlinkSync("file", here.at("link"));
    mkdirSync(here.at("folder"));
    expect(await look("link")).toMatchObject({ stat: { kind: "link", target: "file" }, content: undefined });
    expect(await look("folder")).toMatchObject({ stat: { kind: "folder" }, content: undefined });
    expect(await look("nothing")).toBeUndefined();
  });

  it("writes a file whole, with mode and time, and leaves nothing beside", async () => {
    await using here = await open(openSide);
    await here.side.list("");
    const stat = await here.side.write("new", newFile(5, { mode: 0o751 }), chunks("he", "llo"));
    expect(readFileSync(here.at("new"), "utf8")).toBe("hello");
    expect(lstatSync(here.at("new")).mode & 0o7777).toBe(0o751);
    expect(Math.round(lstatSync(here.at("new")).mtimeMs)).toBe(1_600_000_000_123);
    expect(await statOf(here.side, "new")).toEqual({ ...stat, isFresh: expect.any(Boolean) });
    const again = await here.side.write("new", newFile(0, { expected: stat.stamp }), chunks());
    expect(again.size).toBe(0);
    await rested(here.root, ["new"]);
  });

  it("writes a large file from many chunks", async () => {
    await using here = await open(openSide);
    const bytes = Buffer.alloc(5_000_000, "0123456789abcdef");
    const parts = Array.from({ length: 10 }, (_part, index) => bytes.subarray(index * 500_000, (index + 1) * 500_000));
    await here.side.write("large", newFile(bytes.length), chunks(...parts));
    expect(readFileSync(here.at("large")).equals(bytes)).toBe(true);
  });

  it("changes nothing when the content breaks off, or is not of the size that was told", async () => {
    await using here = await open(openSide);
    async function* broken() {
      yield Buffer.from("half");
      throw new SideError("changed", "broke off");
    }
    await expect(here.side.write("new", newFile(8), broken())).rejects.toMatchObject({ kind: "changed" });
    await expect(here.side.write("new", newFile(8), chunks("four"))).rejects.toMatchObject({ kind: "changed" });
    await rested(here.root, []);
  });

  it("refuses to write over what is not expected there", async () => {
    await using here = await open(openSide);
    writeFileSync(here.at("file"), "one");
    const { stamp } = await statOf(here.side, "file");
    await expect(here.side.write("file", newFile(1), chunks("x"))).rejects.toMatchObject({ kind: "changed" });
    writeFileSync(here.at("file"), "two!");
    const write = here.side.write("file", newFile(1, { expected: stamp }), chunks("x"));
    await expect(write).rejects.toMatchObject({ kind: "changed" });
    rmSync(here.at("file"));
    const gone = here.side.write("file", newFile(1, { expected: stamp }), chunks("x"));
    await expect(gone).rejects.toBeInstanceOf(SideError);
    mkdirSync(here.at("file"));
    await expect(here.side.write("file", newFile(1), chunks("x"))).rejects.toMatchObject({ kind: "changed" });
    await rested(here.root, ["file"]);
  });

  it("keeps what is written to a file while it is replaced", async () => {
    await using here = await open(openSide);
    writeFileSync(here.at("file"), "one");
    const { stamp } = await statOf(here.side, "file");
    async function* slow() {
      yield Buffer.from("x");
      writeFileSync(here.at("file"), "two!");
    }
    const write = here.side.write("file", newFile(1, { expected: stamp }), slow());
    await expect(write).rejects.toMatchObject({ kind: "changed" });
    expect(readFileSync(here.at("file"), "utf8")).toBe("two!");
    await rested(here.root, ["file"]);
  });

  it("writes nothing outside of the root, or by way of a link", async () => {
    await using here = await open(openSide);
    using outside = temporaryFolder({ file: "outside" });
    symlinkSync(outside.path, here.at("link"));
    mkdirSync(here.at("folder"));
    const paths = [
      "link/new",
      "../new",
      "folder/../../new",
      "/tmp/devenv-sync-new",
      "folder//new",
      "./new",
      "folder/.",
    ];
    for (const path of paths) {
      await expect(here.side.write(path, newFile(1), chunks("x")), path).rejects.toBeInstanceOf(SideError);
      await expect(here.side.makeFolder(path, 0o755), path).rejects.toBeInstanceOf(SideError);
      await expect(here.side.makeLink(path, "x", undefined), path).rejects.toBeInstanceOf(SideError);
    }
    await expect(here.side.remove("link/file", 0, "file")).rejects.toBeInstanceOf(SideError);
    await expect(here.side.move("folder", "link/folder")).rejects.toBeInstanceOf(SideError);
    expect(readdirSync(outside.path)).toEqual(["file"]);
    expect(readFileSync(join(outside.path, "file"), "utf8")).toBe("outside");
    const link = await statOf(here.side, "link");
    await expect(collect(here.side.read("link", link.stamp))).rejects.toBeInstanceOf(SideError);
    await rested(here.root, ["folder", "link"]);
  });
}

function changing(openSide: OpenSide): void {
  it("makes folders and links where nothing stands", async () => {
    await using here = await open(openSide);
    await here.side.makeFolder("folder", 0o750);
    const link = await here.side.makeLink("folder/link", "/no/where", undefined);
    expect(lstatSync(here.at("folder")).mode & 0o7777).toBe(0o750);
    expect(readlinkSync(here.at("folder/link"))).toBe("/no/where");
    expect(link).toMatchObject({ kind: "link", target: "/no/where" });
    await expect(here.side.makeFolder("folder", 0o755)).rejects.toMatchObject({ kind: "changed" });
    await expect(here.side.makeLink("folder/link", "else", undefined)).rejects.toMatchObject({ kind: "changed" });
    const second = await here.side.makeLink("folder/link", "else", link.stamp);
    expect(readlinkSync(here.at("folder/link"))).toBe("else");
    expect(second.stamp).toBe((await statOf(here.side, "folder/link")).stamp);
    await expect(here.side.makeFolder("none/below", 0o755)).rejects.toMatchObject({ kind: "missing" });
  });

  it("fills a new folder, where the side can, with all that could be made", async () => {
    await using here = await open(openSide);
    const fill = here.side.fill;
    if (fill === undefined) return;
    const mtimeNs = 1_700_000_000_123_456_789n;
    const file = (name: string, mode: number, text: string) => packedFile(name, Buffer.from(text), { mode, mtimeNs });
    const files = [
      file("one", 0o640, "first"),
      file("empty \u{1f980}", 0o755, ""),
      file("one", 0o600, "the same name again"),
      file("x".repeat(256), 0o600, "too long a name"),
    ];
    const listing = await fill("new", 0o750, Readable.from([{ files }]));
    expect(listing.folder).toMatchObject({ kind: "folder", mode: 0o750 });
    expect([...listing.children.keys()].sort()).toEqual(["empty \u{1f980}", "one"]);
    expect(listing.children.get("one")).toMatchObject({ kind: "file", mode: 0o640, size: 5, mtimeNs });
    expect(await here.side.stat("new/one")).toEqual(listing.children.get("one"));
    expect(readFileSync(here.at("new/one"), "utf8")).toBe("first");
    expect(lstatSync(here.at("new/empty \u{1f980}")).mode & 0o777).toBe(0o755);
    await here.side.tidy?.();
    expect(readdirSync(here.root)).toEqual(["new"]);
  });

  it("fills no folder where something stands, or where there is none above it, and leaves nothing of it", async () => {
    await using here = await open(openSide);
    const { fill } = here.side;
    if (fill === undefined) return;
    mkdirSync(here.at("taken"));
    // more than goes into one message
    const content = Buffer.alloc(30_000, "a");
    const files = ["a", "b", "c", "d", "e"].map((name) => packedFile(name, content));
    const packs = () => Readable.from([{ files }]);
    await expect(fill("taken", 0o755, packs())).rejects.toMatchObject({ kind: "changed" });
    await expect(fill("nowhere/new", 0o755, packs())).rejects.toMatchObject({ kind: "missing" });
    symlinkSync(here.at("taken"), here.at("link"));
    await expect(fill("link/new", 0o755, packs())).rejects.toMatchObject({ kind: "missing" });
    await here.side.tidy?.();
    expect(readdirSync(here.root).sort()).toEqual(["link", "taken"]);
    expect(readdirSync(here.at("taken"))).toEqual([]);
  });

  it("fills folders with more than goes into one message, from memory that all files of one share", async () => {
    await using here = await open(openSide);
    const { fill } = here.side;
    if (fill === undefined) return;
    const contentOf = (name: string, number: number) => Buffer.alloc(number * 500, `${name}${number}`);
    async function* files(name: string) {
      const memory = Buffer.alloc(32_768);
      for (let number = 0; number < 60; number += 1) {
        const length = contentOf(name, number).copy(memory);
        yield { files: [packedFile(`file-${number}`, memory.subarray(0, length))] };
      }
    }
    const all = ["one", "two", "three"];
    const listings = await Promise.all(all.map((name) => fill(name, 0o755, files(name))));
    expect(listings.map(({ children }) => children.size)).toEqual([60, 60, 60]);
    for (const name of all) {
      for (let number = 0; number < 60; number += 1) {
        expect(readFileSync(here.at(`${name}/file-${number}`)).equals(contentOf(name, number))).toBe(true);
      }
    }
  });

  it("collects files of a folder, where the side can, but for those that are not as they were", async () => {
    await using here = await open(openSide);
    const { collect } = here.side;
    if (collect === undefined) return;
    mkdirSync(here.at("folder"));
    const names = Array.from({ length: 300 }, (_, number) => `file-${number} \u{1f980}`);
    const contentOf = (name: string) => Buffer.alloc(name.length * 100 * (Number(name.split(/[- ]/)[1]) % 20), name);
    for (const name of names) writeFileSync(here.at(`folder/${name}`), contentOf(name));
    const listing = await here.side.list("folder");
    const files = names.map((name) => ({ name, stat: listing?.children.get(name) as Stat }));
    const [changed = "", removed = "", linked = "", ...others] = names.toReversed();
    writeFileSync(here.at(`folder/${changed}`), "changed");
    rmSync(here.at(`folder/${removed}`));
    rmSync(here.at(`folder/${linked}`));
    symlinkSync(others[0] ?? "", here.at(`folder/${linked}`));
    const found = new Map<string, Buffer>();
    for await (const pack of collect("folder", files)) {
      for (const { looked, content } of pack.files) found.set(looked.name, Buffer.from(content));
      pack.release?.();
    }
    expect([...found.keys()].sort()).toEqual(others.sort());
    for (const [name, content] of found) expect(content.equals(contentOf(name)), name).toBe(true);
  });

  it("collects a file by each of its names", async () => {
    await using here = await open(openSide);
    const { collect } = here.side;
    if (collect === undefined) return;
    mkdirSync(here.at("folder"));
    const names = ["one", "other", "third"];
    writeFileSync(here.at("folder/one"), "text");
    for (const name of names.slice(1)) linkSync(here.at("folder/one"), here.at(`folder/${name}`));
    const listing = await here.side.list("folder");
    const files = names.map((name) => ({ name, stat: listing?.children.get(name) as Stat }));
    const found: string[] = [];
    for await (const pack of collect("folder", files)) {
      found.push(...pack.files.map(({ looked, content }) => `${looked.name}: ${Buffer.from(content)}`));
    }
    expect(found).toEqual(names.map((name) => `${name}: text`));
  });

  it("collects nothing where no folder stands, or by way of a link", async () => {
    await using here = await open(openSide);
    const { collect } = here.side;
    if (collect === undefined) return;
    mkdirSync(here.at("folder"));
    writeFileSync(here.at("folder/file"), "text");
    const stat = await statOf(here.side, "folder/file");
    symlinkSync("folder", here.at("link"));
    for (const path of ["nowhere", "folder/file", "link"]) {
      for await (const pack of collect(path, [{ name: "file", stat }])) expect(pack.files, path).toEqual([]);
    }
  });

  it("removes what is expected, and nothing else", async () => {
    await using here = await open(openSide);
    mkdirSync(here.at("folder"));
    writeFileSync(here.at("folder/file"), "one");
    symlinkSync("x", here.at("link"));
    const file = await statOf(here.side, "folder/file");
    await expect(here.side.remove("folder", 0, "folder")).rejects.toMatchObject({ kind: "changed" });
    writeFileSync(here.at("folder/file"), "two!");
    await expect(here.side.remove("folder/file", file.stamp, "file")).rejects.toMatchObject({ kind: "changed" });
    expect(readFileSync(here.at("folder/file"), "utf8")).toBe("two!");
    await here.side.remove("folder/file", (await statOf(here.side, "folder/file")).stamp, "file");
    await here.side.remove("folder", 0, "folder");
    await here.side.remove("link", (await statOf(here.side, "link")).stamp, "link");
    await rested(here.root, []);
  });

  it("sets a mode, not that of what a link leads to", async () => {
    await using here = await open(openSide);
    writeFileSync(here.at("file"), "");
    chmodSync(here.at("file"), 0o600);
    symlinkSync("file", here.at("link"));
    await expect(here.side.setMode("link", 0o777)).rejects.toBeInstanceOf(SideError);
    expect(lstatSync(here.at("file")).mode & 0o777).toBe(0o600);
    const set = await here.side.setMode("file", 0o755);
    expect(await statOf(here.side, "file")).toEqual({ ...set, isFresh: expect.any(Boolean) });
    expect(lstatSync(here.at("file")).mode & 0o777).toBe(0o755);
  });

  it("moves anything to where nothing stands", async () => {
    await using here = await open(openSide);
    mkdirSync(here.at("folder"));
    writeFileSync(here.at("folder/file"), "content");
    await here.side.move("folder", "other");
    await here.side.move("other/file", "file");
    expect(readFileSync(here.at("file"), "utf8")).toBe("content");
    await expect(here.side.move("file", "other")).rejects.toMatchObject({ kind: "changed" });
    await expect(here.side.move("none", "new")).rejects.toMatchObject({ kind: "missing" });
    await rested(here.root, ["file", "other"]);
  });
}

function watching(openSide: OpenSide): void {
  it("tells of what happens in a folder that was made where another one was, with the number of that one's inode", async () => {
    await using opened = await open(openSide);
    const { side, at, told } = opened;
    mkdirSync(at("a"));
    for (let tries = 0; tries < 50; tries += 1) {
      const before = (await side.list("a"))?.folder;
      const { ino } = lstatSync(at("a"));
      rmSync(at("a"), { recursive: true });
      mkdirSync(at("a"));
      expect((await side.stat("a"))?.inode).not.toBe(before?.inode);
      if (lstatSync(at("a")).ino === ino) break;
    }
    await side.list("a");
    writeFileSync(at("a/new"), "");
    await side.barrier();
    expect([...told.paths]).toContain("a/new");
  });

  it("tells of every change in folders that were listed, and of none elsewhere", async () => {
    await using here = await open(openSide);
    mkdirSync(here.at("seen"));
    mkdirSync(here.at("unseen"));
    writeFileSync(here.at("seen/file"), "");
    await here.side.list("");
    await here.side.list("seen");
    writeFileSync(here.at("new"), "");
    writeFileSync(here.at("seen/file"), "more");
    writeFileSync(here.at("unseen/file"), "");
    chmodSync(here.at("seen/file"), 0o755);
    await here.side.barrier();
    const files = () => [...here.told.paths].filter((path) => path !== "seen" && path !== "unseen").sort();
    expect(files()).toEqual(["new", "seen/file"]);
    here.told.paths.clear();
    renameSync(here.at("new"), here.at("seen/new"));
    rmSync(here.at("seen/file"));
    await here.side.barrier();
    expect(files()).toEqual(["new", "seen/file", "seen/new"]);
  });

  it("tells by the new path of what changes in a folder that was moved and listed again", async () => {
    await using here = await open(openSide);
    mkdirSync(here.at("one"));
    await here.side.list("");
    await here.side.list("one");
    renameSync(here.at("one"), here.at("two"));
    await here.side.barrier();
    here.side.forget("one");
    await here.side.list("two");
    here.told.paths.clear();
    writeFileSync(here.at("two/file"), "");
    await here.side.barrier();
    expect(here.told.paths).toContain("two/file");
  });

  it("watches the folder that came to stand in a place, not the one that was there", async () => {
    await using here = await open(openSide);
    mkdirSync(here.at("folder"));
    await here.side.list("");
    await here.side.list("folder");
    renameSync(here.at("folder"), here.at("old"));
    mkdirSync(here.at("folder"));
    await here.side.barrier();
    await here.side.list("folder");
    here.told.paths.clear();
    writeFileSync(here.at("folder/file"), "");
    await here.side.barrier();
    expect(here.told.paths).toContain("folder/file");
  });

  it("misses nothing of a burst, or says that it may have", async () => {
    await using here = await open(openSide);
    await here.side.list("");
    const names = Array.from({ length: 3_000 }, (_name, index) => `file-${index}`);
    for (const name of names) writeFileSync(here.at(name), name);
    await here.side.barrier();
    if (here.told.overflows === 0) expect(here.told.paths.size).toBe(names.length);
  });

  it("says that changes were lost when more came than the system keeps", { timeout: 60_000 }, async () => {
    await using here = await open(openSide);
    await here.side.list("");
    for (let index = 0; index < 12_000; index++) writeFileSync(here.at(`file-${index}`), "x");
    await vi.waitFor(() => expect(here.told.overflows + here.told.paths.size).toBeGreaterThan(0), 5_000);
    await here.side.barrier();
    if (here.told.paths.size < 12_000) expect(here.told.overflows).toBeGreaterThan(0);
  });
}

function newFile(size: number, options: Partial<NewFile> = {}): NewFile {
  return { mode: 0o644, mtimeNs: 1_600_000_000_123_000_000n, size, expected: undefined, ...options };
}

async function* chunks(...parts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part as string);
}

async function statOf(side: Side, path: string): Promise<Stat> {
  const stat = await side.stat(path);
  if (stat === undefined) throw new Error(`nothing stands at ${path}`);
  return stat;
}

async function collect(content: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString();
}

async function read(side: Side, path: string): Promise<string> {
  return collect(side.read(path, (await statOf(side, path)).stamp));
}

/** Helper files may stay for a moment. */
async function rested(root: string, names: readonly string[]): Promise<void> {
  await vi.waitFor(() => expect(readdirSync(root).sort()).toEqual(names), 5_000);
  expect(existsSync(root)).toBe(true);
}
