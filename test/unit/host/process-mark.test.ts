import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { nodeHost } from "../../../src/host/node.ts";
import { livenessOf, ownMark, readMark, writeMark } from "../../../src/host/process-mark.ts";

const host = nodeHost();

it("knows this process as alive, also after its mark was written and read", async () => {
  const mark = await ownMark(host);
  expect(mark.pid).toBe(process.pid);
  const again = readMark(writeMark(mark));
  expect(again).toEqual(mark);
  expect(await livenessOf(host, mark)).toBe("alive");
});

it("knows a process that ended, and one whose number another process has now, as dead", async () => {
  const mark = await ownMark(host);
  const child = spawn("true");
  await once(child, "exit");
  expect(await livenessOf(host, { ...mark, pid: child.pid ?? 0 })).toBe("dead");
  expect(await livenessOf(host, { ...mark, started: "1" })).toBe("dead");
});

it("tells a machine that was started anew from one that it cannot see", async () => {
  const mark = await ownMark(host);
  expect(await livenessOf(host, { ...mark, boot: "before" })).toBe("rebooted");
  expect(await livenessOf(host, { ...mark, host: "elsewhere" })).toBe("unknown");
  expect(await livenessOf(host, { ...mark, space: "pid:[1]" })).toBe("unknown");
});

it.each(["", "{}", "null", '{"pid":1}', "not JSON"])("takes %j for no mark", (text) => {
  expect(readMark(text)).toBeUndefined();
});
