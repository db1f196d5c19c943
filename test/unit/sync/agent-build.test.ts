import { globSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { sha256 } from "../../../src/digest.ts";

const folder = fileURLToPath(new URL("../../../src/sync/agent/", import.meta.url));

it("has binaries that were built from the agent's source as it is: else run `npm run build:agent`", () => {
  const files = globSync(["build.sh", "*.[ch]", "devenv-sync-agent-*"], { cwd: folder }).sort();
  const now = files.map((name) => `${sha256(readFileSync(folder + name))}  ${name}`);
  const built = readFileSync(`${folder}build.sha256`, "utf8").trim().split("\n");
  expect(now).toEqual(built.toSorted((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1)));
});

it.each(["amd64", "arm64"])("has a small program for %s that needs nothing else", (arch) => {
  const file = `${folder}devenv-sync-agent-${arch}`;
  const program = readFileSync(file);
  expect(statSync(file).mode & 0o111).toBe(0o111);
  expect(program.length).toBeLessThan(100_000);
  expect(program.subarray(0, 4).toString("latin1")).toBe("\x7fELF");
  expect(program.includes("/lib/ld-")).toBe(false);
});
