import { expect, it } from "vitest";
import { leftIn, leftWarnings } from "../../../src/cli/left-files.ts";
import { devenvError } from "../../../src/errors.ts";
import type { EnvironmentSync } from "../../../src/sync/process/messages.ts";
import type { Problem } from "../../../src/sync/status.ts";

const full: Problem = { side: "host", path: "a", reason: "ENOSPC: no space left on device", isLeft: true };
const socket: Problem = { side: "host", path: "s", reason: "neither a file, a folder nor a link", isLeft: false };
const nothing = { files: 0, lastSync: undefined, conflicts: [], copies: [], unwatched: [] };
const environment = (problems: readonly Problem[]): EnvironmentSync => ({
  ...{ environment: "dev", state: "idle", problems },
  ...nothing,
});

it("counts what was to be brought over, and nothing that cannot be by its nature", () => {
  expect(leftIn([environment([full, socket])])).toEqual([
    { environment: "dev", side: "host", path: "a", reason: "ENOSPC: no space left on device" },
  ]);
  expect(leftWarnings([full, socket])).toEqual(["`a` is not in step: ENOSPC: no space left on device"]);
  expect(leftWarnings([socket])).toEqual([]);
});

it("counts a conflict that waits, and tells how to settle it", () => {
  const conflict = { path: "c\u{1b}", host: "file", container: "folder" } as const;
  const problems = leftIn([{ ...environment([]), conflicts: [conflict] }]);
  const { message, hint } = devenvError("SYNC_INCOMPLETE", { problems });
  expect(message).toBe(
    "One file is not in step:\n  `c\\u{1b}` of `dev` (both sides): both were changed, and wait for an answer",
  );
  expect(hint).toBe("remove or rename what is not to stay, on the host or by `devenv exec`");
});

it("names some of many, and shows what would move the cursor", () => {
  const many = Array.from({ length: 12 }, (_, number) => ({ ...full, path: `f${number}\u001b[2J` }));
  const warnings = leftWarnings(many);
  expect(warnings).toHaveLength(6);
  expect(warnings[0]).toBe("`f0\\u{1b}[2J` is not in step: ENOSPC: no space left on device");
  expect(warnings.at(-1)).toBe("7 more files are not in step: `devenv sync status` lists them");
  const { message, hint } = devenvError("SYNC_INCOMPLETE", { problems: leftIn([environment(many.slice(0, 11))]) });
  expect(message.split("\n")).toEqual([
    "11 files are not in step:",
    ...Array.from({ length: 10 }, (_, n) => `  \`f${n}\\u{1b}[2J\` of \`dev\` (host): ENOSPC: no space left on device`),
    "  and 1 more",
  ]);
  expect(hint).toBe(
    "they are tried again by themselves, and at once when they change: `devenv sync status` tells how it stands",
  );
  const one = devenvError("SYNC_INCOMPLETE", { problems: leftIn([environment([full])]) });
  expect(one.message).toBe("One file is not in step:\n  `a` of `dev` (host): ENOSPC: no space left on device");
});
