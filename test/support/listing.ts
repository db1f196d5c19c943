/** What a folder holds, whole: for comparing both sides of a sync. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect } from "vitest";
import type { SyncProject } from "./sync-project.ts";

/** Kind, mode, path, size and a link's target of all, and the digest of every file. */
const script = `{ find . -mindepth 1 -type f -printf 'f %m %p %s\\n' -o -mindepth 1 -printf '%y %m %p %l\\n'
  find . -type f -print0 | xargs -0r sha256sum; } | LC_ALL=C sort`;

export async function expectSameFolders(project: SyncProject): Promise<readonly string[]> {
  const flush = await project.devenv(["sync", "flush"]);
  expect(flush.exitCode, flush.stderr).toBe(0);
  const inside = linesOf(await project.inside(script));
  const { stdout } = await promisify(execFile)("sh", ["-c", script], { cwd: project.path, maxBuffer: 1 << 28 });
  const host = linesOf(stdout);
  expect({ missingInside: missing(host, inside), missingOnHost: missing(inside, host) }).toEqual({
    missingInside: [],
    missingOnHost: [],
  });
  expect(await project.json("sync", "status")).toMatchObject({
    environments: [{ state: "idle", conflicts: [], copies: [], problems: [] }],
  });
  return host;
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}

/** The first few. */
function missing(from: readonly string[], of: readonly string[]): readonly string[] {
  const there = new Set(of);
  return from.filter((line) => !there.has(line)).slice(0, 20);
}
