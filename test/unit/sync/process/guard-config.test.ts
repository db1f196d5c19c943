import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { guardConfig } from "../../../../src/sync/process/guard-config.ts";
import {
  agreeToInside,
  isConfigFile,
  isProtected,
  noteInside,
  readInside,
} from "../../../../src/sync/process/inside.ts";
import type { Side } from "../../../../src/sync/side.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";
import { testHost } from "../../../support/test-host.ts";

const files = ["devenv.config.ts", "tools/preset.ts", "tools/part/index.ts"];

describe("a file that belongs to a config", () => {
  it.each<[string, boolean, boolean]>([
    ["devenv.config.ts", true, true],
    ["devenv.config.mjs", true, true],
    ["devenv.local.ts", true, true],
    ["packages/a/devenv.config.ts", true, false],
    ["packages/a/package.json", true, false],
    ["package.json", true, false],
    ["tools/preset.ts", true, true],
    ["tools/preset.js", true, true],
    ["tools/preset/index.js", true, true],
    ["tools/preset", true, true],
    ["tools/part.ts", true, true],
    ["tools/other.ts", false, false],
    ["src/index.ts", false, false],
  ])("%s: %s, protected: %s", (path, isOne, isKept) => {
    expect([isConfigFile(files, path), isProtected(files, path)]).toEqual([isOne, isKept]);
  });

  it("is a package.json where that is the config", () => {
    expect(isProtected(["package.json"], "package.json")).toBe(true);
    expect(isProtected(["package.json"], "a/package.json")).toBe(false);
  });
});

describe("what was written from inside", () => {
  it("is known until somebody agrees to it", async () => {
    using folder = temporaryFolder();
    const host = testHost();
    const places = { folder: folder.path };
    await Promise.all([noteInside(host, places, "a")]);
    await noteInside(host, places, "b");
    await noteInside(host, places, "b");
    expect(await readInside(host, places)).toEqual(["a", "b"]);
    await agreeToInside(host, places, ["a", "c"]);
    expect(await readInside(host, places)).toEqual(["b"]);
  });

  it("is nothing where somebody else could have said so", async () => {
    using folder = temporaryFolder({ "inside.json": '["a"]' });
    chmodSync(join(folder.path, "inside.json"), 0o666);
    expect(await readInside(testHost(), { folder: folder.path })).toEqual([]);
    mkdirSync(join(folder.path, "none"));
    expect(await readInside(testHost(), { folder: join(folder.path, "none") })).toEqual([]);
  });
});

function open(isProtectedNow: boolean) {
  const done: string[] = [];
  const noted: string[] = [];
  const act = (what: string) => async (path: string) => void done.push(`${what} ${path}`);
  const side = {
    ...{ write: act("write"), remove: act("remove"), makeLink: act("link"), setMode: act("mode"), move: act("move") },
    fill: async (path: string, _: number, packs: AsyncIterable<unknown>) => {
      for await (const _pack of packs) done.push(`fill ${path}`);
    },
  } as unknown as Side;
  const note = async (path: string) => void noted.push(path);
  return { done, noted, side: guardConfig(side, { files, isProtected: isProtectedNow, note }) };
}

const file = { mode: 0o644, mtimeNs: 0n, size: 0, expected: undefined };

describe("the host's side", () => {
  it("gets what comes from inside, and it is known what of it is a config's", async () => {
    const { side, done, noted } = open(false);
    await side.write("src/a.ts", file, new Uint8Array());
    await side.write("tools/preset.ts", file, new Uint8Array());
    await side.makeLink("devenv.local.ts", "elsewhere", undefined);
    await side.remove("devenv.config.ts", 1, "file");
    await side.move("new", "devenv.config.js");
    const looked = { name: "devenv.config.ts", stat: {} };
    await side.fill?.(
      "sub",
      0o755,
      (async function* () {
        yield { files: [{ looked, content: new Uint8Array() }] } as never;
      })(),
    );
    expect(noted).toEqual([
      "tools/preset.ts",
      "devenv.local.ts",
      "devenv.config.ts",
      "devenv.config.js",
      "sub/devenv.config.ts",
    ]);
    expect(done).toHaveLength(6);
  });

  it("keeps a protected config as it is, and gets all else", async () => {
    const { side, done } = open(true);
    const refused = [
      side.write("tools/preset.ts", file, new Uint8Array()),
      side.write("devenv.local.ts", file, new Uint8Array()),
      side.makeLink("devenv.config.js", "elsewhere", undefined),
      side.remove("devenv.config.ts", 1, "file"),
      side.setMode("devenv.config.ts", 0o777),
      side.move("devenv.config.ts", "devenv.config.conflict.ts"),
    ];
    for (const one of refused) await expect(one).rejects.toMatchObject({ kind: "problem" });
    await side.write("src/a.ts", file, new Uint8Array());
    await side.setMode("src/a.ts", 0o755);
    expect(done).toEqual(["write src/a.ts", "mode src/a.ts"]);
    expect(side.fill).toBeUndefined();
  });
});
