import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeHost } from "../../../../src/host/node.ts";
import { openHostAgent } from "../../../../src/sync/process/host-agent.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

const { platform, arch } = nodeHost();

describe.runIf(platform === "linux")("the agent of this machine", () => {
  it("gives two paths each other's things, also after they were closed", async () => {
    using folder = temporaryFolder({ one: "1", "sub/other": "2" });
    const agent = openHostAgent({ root: folder.path, platform, arch }) ?? expect.fail("there is an agent");
    const contents = () => ["one", "sub/other"].map((path) => readFileSync(join(folder.path, path), "utf8"));
    expect(await agent.swap("one", "sub/other")).toBe(true);
    expect(contents()).toEqual(["2", "1"]);
    await agent.close();
    expect(await agent.swap("one", "sub/other")).toBe(true);
    expect(contents()).toEqual(["1", "2"]);
    await agent.close();
  });

  it("changes nothing where one of them is not there", async () => {
    using folder = temporaryFolder({ one: "1" });
    const agent = openHostAgent({ root: folder.path, platform, arch }) ?? expect.fail("there is an agent");
    await expect(agent.swap("one", "other")).rejects.toThrow("is not what it was");
    await expect(agent.swap("other", "one")).rejects.toThrow("is not there");
    expect(readdirSync(folder.path)).toEqual(["one"]);
    await agent.close();
  });

  it("is none where there is no agent for the machine", () => {
    expect(openHostAgent({ root: "/", platform, arch: "s390x" })).toBeUndefined();
    expect(openHostAgent({ root: "/", platform: "darwin", arch })).toBeUndefined();
  });
});
