/** What somebody has open for writing stays where it is, on either side, and is never missing. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { nodeHost } from "../../../src/host/node.ts";
import { openAgentSide } from "../../../src/sync/container/agent-side.ts";
import { openHostSide } from "../../../src/sync/host/host-side.ts";
import { openHostAgent } from "../../../src/sync/process/host-agent.ts";
import type { Side, SideListener } from "../../../src/sync/side.ts";
import { startAgent } from "../../support/native-agent.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

type Open = (root: string, cookieFolder: string, listener: SideListener) => Promise<Side>;

const inside: Open = (root, _cookieFolder, listener) =>
  openAgentSide(startAgent(root), { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, listener });

const outside: Open = async (root, cookieFolder, listener) => {
  const native = openHostAgent({ root, platform: "linux", arch: nodeHost().arch });
  const nameLate = (path: string) => `${path}.late`;
  const side = openHostSide({
    ...{ root, platform: "linux", cookieFolder, listener, nameLate, native },
    ignores: () => false,
  });
  return {
    ...side,
    async close() {
      await side.close();
      await native?.close();
    },
  };
};

it.each<[string, Open]>([
  ["a process in the container", inside],
  ["a process on the host", outside],
])(
  "refuses to replace, remove or move a file that %s has open for writing, and does so once it is closed",
  async (who, open) => {
    using folder = temporaryFolder({ f: "old", moved: "" });
    using cookies = temporaryFolder();
    const file = join(folder.path, "f");
    const holder = spawn("sh", ["-c", `exec 3>>${file}; echo open; read line`], { stdio: ["pipe", "pipe", "ignore"] });
    await once(holder.stdout, "data");
    const changes: string[] = [];
    const onChange = (paths: readonly string[]) => void changes.push(...paths);
    const listener = { onChange, onOverflow: () => {}, onUnwatched: () => {}, onLost: () => {} };
    const side = await open(folder.path, cookies.path, listener);
    await side.list("");
    const { ino, ctimeMs } = lstatSync(file);
    const expected = (await side.stat("f"))?.stamp ?? 0;
    const content = Buffer.from("new");
    const write = () => side.write("f", { mode: 0o644, mtimeNs: 1n, size: 3, expected }, content);
    const refused = { kind: "busy", message: `${who} has it open for writing` };
    await expect(write()).rejects.toMatchObject(refused);
    await expect(side.makeLink("f", "x", expected)).rejects.toMatchObject(refused);
    await expect(side.remove("f", expected, "file")).rejects.toMatchObject(refused);
    await expect(side.move("f", "elsewhere")).rejects.toMatchObject(refused);
    await side.barrier();
    expect(changes).toEqual([]);
    expect(lstatSync(file)).toMatchObject({ ino, ctimeMs });
    expect(readdirSync(folder.path)).toEqual(["f", "moved"]);

    holder.stdin.end();
    await once(holder, "exit");
    const written = write();
    content.fill("x");
    await written;
    expect(readFileSync(file, "utf8")).toBe("new");
    await side.close();
  },
);
