/** Replaced again and again while somebody inside appends to it, a file loses none of the lines. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openAgentSide } from "../../../src/sync/container/agent-side.ts";
import type { Side, SideError } from "../../../src/sync/side.ts";
import { startAgent } from "../../support/native-agent.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const lines = 700;

it("loses nothing that is written to a file while it is replaced", { timeout: 120_000 }, async () => {
  using folder = temporaryFolder({ f: "" });
  const file = join(folder.path, "f");
  const listener = { onChange: () => {}, onOverflow: () => {}, onUnwatched: () => {}, onLost: () => {} };
  const ids = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const side = await openAgentSide(startAgent(folder.path), { ...ids, listener });
  const script = `for i in $(seq ${lines}); do echo w$i >> ${file}; [ $((i % 7)) = 0 ] && sleep 0.01; done`;
  const writer = spawn("sh", ["-c", script], { stdio: "ignore" });
  const ended = once(writer, "exit");
  const seen = new Set<string>();
  const see = (content: string) => {
    for (const line of content.split("\n")) seen.add(line);
  };
  while (writer.exitCode === null) see(await replace(side));
  await ended;
  await side.close();
  for (const name of readdirSync(folder.path)) see(readFileSync(join(folder.path, name), "utf8"));
  expect(Array.from({ length: lines }, (_line, index) => `w${index + 1}`).filter((line) => !seen.has(line))).toEqual(
    [],
  );
  expect(readFileSync(file, "utf8")).not.toBe("");
});

/** What the file held when it was to be replaced with an empty line: the host knows it then, whatever comes of that. */
async function replace(side: Side): Promise<string> {
  const parts: Uint8Array[] = [];
  try {
    const stat = await side.stat("f");
    const whole: Uint8Array[] = [];
    for await (const part of side.read("f", stat?.stamp ?? 0)) whole.push(part);
    parts.push(...whole);
    const mtimeNs = BigInt(Date.now()) * 1_000_000n;
    await side.write("f", { mode: 0o644, mtimeNs, size: 1, expected: stat?.stamp }, emptyLine());
  } catch (error) {
    expect(["busy", "changed"]).toContain((error as SideError).kind);
  }
  return Buffer.concat(parts).toString();
}

async function* emptyLine(): AsyncGenerator<Uint8Array> {
  yield Buffer.from("\n");
}
