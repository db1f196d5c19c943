import * as fs from "node:fs";
import { chmodSync, chownSync, lstatSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compileCacheFolder } from "../../../src/host/compile-cache.ts";
import { isPrivateFolder, makePrivateCache, makePrivateFolder, readOwnFile } from "../../../src/host/private-folder.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { thrown } from "../../support/thrown.ts";

const uid = process.getuid?.();
const stranger = 54_321;
const modeOf = (path: string) => (lstatSync(path).mode & 0o777).toString(8);

describe("a private folder", () => {
  it("is this user's alone, those above it too where they are made, and stays so", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "a/b");
    await makePrivateFolder({ uid }, path);
    expect([modeOf(join(folder.path, "a")), modeOf(path)]).toEqual(["700", "700"]);
    chmodSync(path, 0o777);
    expect(await isPrivateFolder({ uid }, path)).toBe(false);
    await makePrivateFolder({ uid }, path);
    expect(modeOf(path)).toBe("700");
    expect(await isPrivateFolder({ uid }, path)).toBe(true);
  });

  it("is no link, and no file", async () => {
    using folder = temporaryFolder({ real: null, file: "" });
    symlinkSync("real", join(folder.path, "link"));
    for (const name of ["link", "file"]) {
      const path = join(folder.path, name);
      // mkdir itself refuses a file
      expect(["FOLDER_FOREIGN", "EEXIST"]).toContain(
        await makePrivateFolder({ uid }, path).then(
          () => "made",
          (error) => error.code,
        ),
      );
      expect(await isPrivateFolder({ uid }, path)).toBe(false);
    }
  });

  it.runIf(uid === 0)("is not believed when it is somebody else's", async () => {
    using folder = temporaryFolder({ "theirs/record": "text", mine: "text", open: { text: "text", mode: 0o666 } });
    const path = join(folder.path, "theirs");
    chownSync(path, stranger, stranger);
    chownSync(join(path, "record"), stranger, stranger);
    expect(await isPrivateFolder({ uid }, path)).toBe(false);
    expect(await thrown(makePrivateCache({ uid, cacheDir: path }))).toEqual({
      code: "FOLDER_FOREIGN",
      text: `\`${path}\` is to be a folder of your own, and belongs to user id ${stranger}\n\nhint: remove it, or give it to yourself: \`sudo chown -R "$(id -u)" ${path}\``,
    });
    expect(await readOwnFile({ uid }, join(path, "record"))).toBeUndefined();
    expect(await readOwnFile({ uid }, join(folder.path, "open"))).toBeUndefined();
    expect(await readOwnFile({ uid }, join(folder.path, "mine"))).toBe("text");
  });
});

describe("the folder of Node's compile cache", () => {
  const at = (cache: string, home = "/nowhere") =>
    compileCacheFolder({ platform: "linux", env: { XDG_CACHE_HOME: cache }, home, uid, fs });

  it("is made in the user's cache, for this user alone", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "devenv/compile");
    expect(at(folder.path)).toBe(path);
    expect(modeOf(path)).toBe("700");
    expect(at(folder.path)).toBe(path);
  });

  it.runIf(uid === 0)("is not used where somebody else could put something into it", () => {
    using folder = temporaryFolder();
    const cache = join(folder.path, "devenv");
    mkdirSync(join(cache, "compile"), { recursive: true });
    for (const path of [cache, join(cache, "compile")]) {
      chownSync(path, stranger, stranger);
      expect(at(folder.path)).toBeUndefined();
      chownSync(path, 0, 0);
      chmodSync(path, 0o777);
      expect(at(folder.path)).toBeUndefined();
      chmodSync(path, 0o755);
    }
    expect(at(folder.path)).toBe(join(cache, "compile"));
  });

  it("is none where there is no place for it", () => {
    using folder = temporaryFolder({ file: "" });
    expect(at(join(folder.path, "file"))).toBeUndefined();
    expect(at("relative", "")).toBeUndefined();
  });
});
