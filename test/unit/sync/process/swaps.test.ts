import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeHost } from "../../../../src/host/node.ts";
import { openSwaps } from "../../../../src/sync/process/swaps.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

const { platform, arch } = nodeHost();

describe.runIf(platform === "linux")("swaps", () => {
  it("give two paths each other's things, also after they were closed", async () => {
    using folder = temporaryFolder({ one: "1", "sub/other": "2" });
    const swaps = openSwaps({ root: folder.path, platform, arch }) ?? expect.fail("there is an agent");
    const contents = () => ["one", "sub/other"].map((path) => readFileSync(join(folder.path, path), "utf8"));
    expect(await swaps.swap("one", "sub/other")).toBe(true);
    expect(contents()).toEqual(["2", "1"]);
    await swaps.close();
    expect(await swaps.swap("one", "sub/other")).toBe(true);
    expect(contents()).toEqual(["1", "2"]);
    await swaps.close();
  });

  it("change nothing where one of them is not there", async () => {
    using folder = temporaryFolder({ one: "1" });
    const swaps = openSwaps({ root: folder.path, platform, arch }) ?? expect.fail("there is an agent");
    await expect(swaps.swap("one", "other")).rejects.toThrow("is not what it was");
    await expect(swaps.swap("other", "one")).rejects.toThrow("is not there");
    expect(readdirSync(folder.path)).toEqual(["one"]);
    await swaps.close();
  });

  it("are none where there is no agent for the machine", () => {
    expect(openSwaps({ root: "/", platform, arch: "s390x" })).toBeUndefined();
    expect(openSwaps({ root: "/", platform: "darwin", arch })).toBeUndefined();
  });
});
