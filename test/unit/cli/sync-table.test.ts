import { expect, it } from "vitest";
import { styleFor } from "../../../src/cli/style.ts";
import { printSync } from "../../../src/cli/sync-table.ts";
import type { EnvironmentSync } from "../../../src/sync/process/messages.ts";

const plain = styleFor({ isTTY: false } as never, { NO_COLOR: "1" });
const paths = (count: number) => Array.from({ length: count }, (_, index) => `file-${index}`);
const sync: EnvironmentSync = {
  environment: "dev",
  state: "idle",
  files: 12,
  lastSync: undefined,
  conflicts: [],
  copies: [],
  problems: [],
  unwatched: [],
};

it("names the first of many kept files, conflicts and problems, and counts the rest", () => {
  const many = printSync([{ ...sync, copies: paths(500), conflicts: [] }], plain).split("\n");
  expect(many).toHaveLength(23);
  expect(many[1]).toBe("  kept: `file-0`; both sides had changed it, compare and delete it");
  expect(many.slice(-2)).toEqual(["  … 480 more kept files: `devenv sync --json` has them all", ""]);
  const problems = paths(21).map((path) => ({ side: "host" as const, path, reason: "EACCES", isLeft: false }));
  expect(printSync([{ ...sync, problems }], plain)).toContain("  … 1 more problems: `devenv sync --json`");
  expect(printSync([{ ...sync, copies: paths(20) }], plain)).not.toContain("more");
});
