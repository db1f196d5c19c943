/** A large checkout on the host goes over whole, and so does the way back. */
import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { expectSameFolders } from "../support/listing.ts";
import { openSyncProject } from "../support/sync-project.ts";

const config = `image: { from: "devenv-test/base:bookworm" }, workspace: { mode: "sync" },`;

it("follows a git checkout between branches of which 5,000 files differ, and back", async () => {
  await using project = openSyncProject("synccheckout", config);
  makeBranches(project.path);
  const up = await project.devenv(["up"]);
  expect(up.exitCode, up.stderr).toBe(0);
  const one = await expectSameFolders(project);

  git(project.path, "checkout", "--quiet", "two");
  const two = await expectSameFolders(project);
  expect(two.filter((line) => line.includes(" ./src/") && !one.includes(line)).length).toBeGreaterThan(3_000);
  expect(await project.inside("cat .git/HEAD")).toBe("ref: refs/heads/two\n");

  git(project.path, "checkout", "--quiet", "one");
  // what git keeps for itself is another thing
  const sources = (lines: readonly string[]) => lines.filter((line) => line.includes(" ./src/"));
  expect(sources(await expectSameFolders(project))).toEqual(sources(one));
  expect(git(project.path, "status", "--short", "--untracked-files=no")).toBe("");

  // and once more without a pause between the two
  for (const branch of ["two", "one", "two"]) git(project.path, "checkout", "--quiet", branch);
  expect(sources(await expectSameFolders(project))).toEqual(sources(two));
}, 600_000);

const folders = 60;
const perFolder = 100;

/** Of 6,000 files 3,000 are changed, 1,000 gone and 1,000 elsewhere. */
function makeBranches(root: string): void {
  git(root, "init", "--quiet", "--initial-branch=one");
  for (let folder = 0; folder < folders; folder += 1) {
    mkdirSync(join(root, "src", `${folder}`), { recursive: true });
    for (let file = 0; file < perFolder; file += 1) writeFileSync(place(root, folder, file), `one ${folder} ${file}\n`);
  }
  commit(root);
  git(root, "checkout", "--quiet", "-b", "two");
  for (let folder = 0; folder < folders - 10; folder += 1) {
    if (folder < 10) rmSync(join(root, "src", `${folder}`), { recursive: true });
    else if (folder < 20) renameSync(join(root, "src", `${folder}`), join(root, "src", `moved-${folder}`));
    else for (let file = 0; file < perFolder; file += 1) writeFileSync(place(root, folder, file), "two\n".repeat(file));
  }
  commit(root);
  git(root, "checkout", "--quiet", "one");
}

function place(root: string, folder: number, file: number): string {
  return join(root, "src", `${folder}`, `${file}.ts`);
}

function commit(root: string): void {
  git(root, "add", "src");
  git(root, "-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "--quiet", "--message", "All");
}

function git(cwd: string, ...args: readonly string[]): string {
  return execFileSync("git", [...args], { cwd, encoding: "utf8" });
}
