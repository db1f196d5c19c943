/** What happens where the system lets nobody watch as many folders as a workspace has. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";

const program = fileURLToPath(new URL("../support/watch-limit.ts", import.meta.url));

/** In a user namespace, whose limits are its own. */
async function told(...limits: readonly string[]): Promise<readonly unknown[]> {
  using folder = temporaryFolder();
  const command = ["--user", "--map-root-user", process.execPath, program, folder.path, ...limits];
  const { stdout } = await promisify(execFile)("unshare", command);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

const unwatched = [
  "unwatched",
  "the limit of watched folders is reached",
  "sudo sysctl fs.inotify.max_user_watches=1048576",
];

it("says once that the limit is reached, and with which command it is raised", async () => {
  expect(await told("10")).toEqual([["limit", "10"], unwatched]);
});

it("opens also where nothing can be watched", async () => {
  expect(await told("0")).toEqual([unwatched, ["limit", "0"]]);
});

it("watches again once the limit was raised", async () => {
  expect(await told("0", "10", "1000")).toEqual([
    unwatched,
    ["limit", "0"],
    ["limit", "10"],
    ["limit", "1000"],
    ["watched"],
    ["changed", "folder-19/file"],
  ]);
});
