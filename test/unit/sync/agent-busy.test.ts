/** What somebody inside has open for writing stays where it is, and is never missing. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openAgentSide } from "../../../src/sync/container/agent-side.ts";
import { startAgent } from "../../support/native-agent.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

it("refuses to replace, remove or move a file that is open for writing, and does so once it is closed", async () => {
  using folder = temporaryFolder({ f: "old", moved: "" });
  const file = join(folder.path, "f");
  const holder = spawn("sh", ["-c", `exec 3>>${file}; echo open; read line`], { stdio: ["pipe", "pipe", "ignore"] });
  await once(holder.stdout, "data");
  const changes: string[] = [];
  const onChange = (paths: readonly string[]) => void changes.push(...paths);
  const listener = { onChange, onOverflow: () => {}, onUnwatched: () => {}, onLost: () => {} };
  const ids = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const side = await openAgentSide(startAgent(folder.path), { ...ids, listener });
  await side.list("");
  const { ino, ctimeMs } = lstatSync(file);
  const expected = (await side.stat("f"))?.stamp ?? 0;
  const content = Buffer.from("new");
  const write = () => side.write("f", { mode: 0o644, mtimeNs: 1n, size: 3, expected }, content);
  const refused = { kind: "busy", message: "a process in the container has it open for writing" };
  await expect(write()).rejects.toMatchObject(refused);
  await expect(side.makeLink("f", "x", expected)).rejects.toMatchObject(refused);
  await expect(side.remove("f", expected, "file")).rejects.toMatchObject(refused);
  await expect(side.move("f", "elsewhere")).rejects.toMatchObject(refused);
  await side.barrier();
  expect(changes).toEqual([]);
  expect(lstatSync(file)).toMatchObject({ ino, ctimeMs });

  holder.stdin.end();
  await once(holder, "exit");
  const written = write();
  content.fill("x");
  await written;
  expect(readFileSync(file, "utf8")).toBe("new");
  await side.close();
});
