/** `ignore: ["gitignore"]` on the real engine: a repository works on both sides, whatever its rules say. */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openSyncProject } from "../support/sync-project.ts";

it("brings in all of `.git` and what git tracks, and nothing is deleted by a commit inside or by other rules", async () => {
  await using project = openSyncProject(
    "syncignore",
    `image: "devenv-test/base:bookworm", workspace: { mode: "sync", ignore: ["gitignore"] },`,
    {
      ".gitignore": "logs\nheads\nmain\n/out/\n*.log\n",
      "sub/.gitignore": "!out.log\n",
      ...{ "out/kept.txt": "kept", "out/later.txt": "later", "out/noise.txt": "", "a.log": "", "sub/out.log": "sub" },
    },
  );
  const git = (...args: readonly string[]) => {
    const all = ["-c", "user.name=A", "-c", "user.email=a@b.c", ...args];
    return execFileSync("git", all, { cwd: project.path, encoding: "utf8" });
  };
  git("init", "--quiet", "--initial-branch=main");
  git("add", ".");
  git("add", "--force", "out/kept.txt");
  git("commit", "--quiet", "--message", "first");
  expect(await project.devenv(["up"])).toMatchObject({ exitCode: 0 });
  const list = "ls out sub; ls -d a.log .git/logs .git/refs/heads/main || true";
  expect(await project.inside(list)).toBe("out:\nkept.txt\n\nsub:\nout.log\n.git/logs\n.git/refs/heads/main\n");

  // as a `git add --force; git commit` inside leaves it
  copyFileSync(join(project.path, ".git/index"), join(project.path, ".git/index.before"));
  git("add", "--force", "out/later.txt");
  copyFileSync(join(project.path, ".git/index"), join(project.path, ".git/index.after"));
  copyFileSync(join(project.path, ".git/index.before"), join(project.path, ".git/index"));
  rmSync(join(project.path, "out/later.txt"));
  expect(await project.inside("echo inside > out/later.txt; ls out")).toBe("kept.txt\nlater.txt\n");
  expect(await project.devenv(["sync", "flush"])).toMatchObject({ exitCode: 0 });
  expect(existsSync(join(project.path, "out/later.txt"))).toBe(false);
  await project.inside("cp .git/index.after .git/index.new; mv .git/index.new .git/index");
  expect(await project.devenv(["sync", "flush"])).toMatchObject({ exitCode: 0 });
  expect(readFileSync(join(project.path, "out/later.txt"), "utf8")).toBe("inside\n");

  // a rule that comes and goes, and what is gone meanwhile
  writeFileSync(join(project.path, "plain"), "1");
  writeFileSync(join(project.path, ".gitignore"), "plain\n");
  expect(await project.inside("rm plain; cat sub/out.log out/kept.txt")).toBe("subkept");
  writeFileSync(join(project.path, ".gitignore"), "");
  expect(await project.inside("cat plain; ls a.log")).toBe("1a.log\n");
  expect(git("status", "--porcelain", "out/kept.txt", "sub/out.log")).toBe("");
});
