import { expect, it } from "vitest";
import { largeFolders } from "../../../src/host/large-folders.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

it("names the folders that hold more than so many entries, at any depth", async () => {
  using folder = temporaryFolder({ "big/a/b/1": "", "big/a/b/2": "", "small/1": "", "small/2": "", file: "" });
  expect(await largeFolders(folder.path, 3)).toEqual(["big"]);
  expect(await largeFolders(folder.path, 2)).toEqual(["big"]);
  expect(await largeFolders(folder.path, 1)).toEqual(["big", "small"]);
});
