import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { nodeHost } from "../../../../src/host/node.ts";
import { statAt } from "../../../../src/sync/host/list-folder.ts";
import { openHostAgent } from "../../../../src/sync/process/host-agent.ts";
import type { Stat } from "../../../../src/sync/side.ts";
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

  it("lists a folder and gives the files in it, with the stamps that Node's looks give", async () => {
    using folder = temporaryFolder({ "sub/one": "1", "sub/two": "22" });
    const agent = openHostAgent({ root: folder.path, platform, arch }) ?? expect.fail("there is an agent");
    const { stat, children } = (await agent.list("sub")) ?? expect.fail("it can be asked");
    expect(stat).toMatchObject({ kind: "folder", inode: statAt(join(folder.path, "sub"))?.inode });
    const files = [...children].map(([name, looked]) => ({ name, stat: looked as Stat }));
    for (const file of files) expect(file.stat.stamp).toBe(statAt(join(folder.path, "sub", file.name))?.stamp);
    const collect = (await agent.collector()) ?? expect.fail("it can be asked");
    const found: string[] = [];
    for await (const pack of collect("sub", files))
      found.push(...pack.files.map(({ content }) => `${Buffer.from(content)}`));
    expect(found.sort()).toEqual(["1", "22"]);
    await expect(agent.list("nowhere")).rejects.toMatchObject({ kind: "missing" });
    await agent.close();
    expect((await agent.list("sub"))?.children.size).toBe(2);
    await agent.close();
  });

  it.each([
    ["TMPDIR is not there", { TMPDIR: "/nowhere" }, "/"],
    ["it ends at once", {}, "/nowhere"],
  ])("is not asked where it cannot be run, and says once why: %s", async (_, env, root) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const reasons: string[] = [];
    const agent =
      openHostAgent({ root, platform, arch, onFailure: (reason) => void reasons.push(reason) }) ??
      expect.fail("there is an agent");
    expect(await agent.list("")).toBeUndefined();
    expect(await agent.collector()).toBeUndefined();
    expect(await agent.swap("one", "two")).toBe(false);
    vi.unstubAllEnvs();
    await agent.close();
    expect(reasons).toEqual([expect.stringMatching(/no such file or directory|EPIPE|has ended/i)]);
  });

  it("is none where there is no agent for the machine", () => {
    expect(openHostAgent({ root: "/", platform, arch: "s390x" })).toBeUndefined();
    expect(openHostAgent({ root: "/", platform: "darwin", arch })).toBeUndefined();
  });
});
