/** How editors save: what they write arrives, and neither a conflict nor a helping file is left. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectSameFolders } from "../support/listing.ts";
import { openSyncProject, type SyncProject } from "../support/sync-project.ts";

const run = promisify(execFile);
const program = readFileSync(new URL("../support/save-file.pl", import.meta.url), "utf8");
const config = `image: { from: "devenv-test/base:bookworm" }, workspace: { mode: "sync" },`;
const patterns = ["vim", "vim backupcopy=yes", "VS Code", "JetBrains", "emacs", "sed -i", "write and rename"] as const;
const saves = 12;
let project: SyncProject;
let container: string;

beforeAll(async () => {
  const files = Object.fromEntries(
    patterns.flatMap((one) => [
      [`host/${one}.txt`, "0\n"],
      [`inside/${one}.txt`, "0\n"],
    ]),
  );
  project = openSyncProject("synceditors", config, files);
  const up = JSON.parse((await project.devenv(["up", "--json"])).stdout);
  container = up.environments[0].container;
});

afterAll(() => project[Symbol.asyncDispose]());

describe.each(["host", "inside"])("what is saved on the side: %s", (side) => {
  it.each(patterns.flatMap((pattern) => [0, 3, 30].map((pauseMs) => [pattern, pauseMs] as const)))(
    "arrives from %s, whose steps take up to %i ms",
    async (pattern, pauseMs) => {
      const path = `${side}/${pattern}.txt`;
      const args = ["-e", program, pattern, path, `${saves}`, `${side} ${pauseMs}`, `${pauseMs}`];
      if (side === "host") await run("perl", args, { cwd: project.path });
      else await run("docker", ["exec", "--workdir", "/workspace", container, "perl", ...args]);
      const lines = await expectSameFolders(project);
      expect(readFileSync(join(project.path, path), "utf8")).toBe(`${side} ${pauseMs} ${saves}\n`);
      const files = lines.filter((line) => /^[fl] /.test(line) && / \.\/(host|inside)\//.test(line));
      expect(files).toHaveLength(2 * patterns.length);
    },
    60_000,
  );
});
