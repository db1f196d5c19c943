/** Repositories made by the git of this machine. */
import { execFileSync } from "node:child_process";
import { type TemporaryFolder, type Tree, temporaryFolder } from "./temporary-folder.ts";

export interface Repositories extends TemporaryFolder {
  /** Run git in a folder of it; gives what it prints. */
  git(folder: string, ...args: readonly string[]): string;
}

const settings = {
  "user.name": "Ada",
  "user.email": "ada@example.com",
  "init.defaultBranch": "main",
  "protocol.file.allow": "always",
};

/** `main` is a repository with this content committed. */
export function openRepositories(tree: Tree = { "a.txt": "a\n" }): Repositories {
  const folder = temporaryFolder({ main: null });
  const options = Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
  const { GIT_DIR: _dir, GIT_WORK_TREE: _tree, GIT_INDEX_FILE: _index, ...env } = process.env;
  const git = (where: string, ...args: readonly string[]) =>
    execFileSync("git", [...options, ...args], {
      cwd: `${folder.path}/${where}`,
      encoding: "utf8",
      env,
      stdio: "pipe",
    });
  folder.write(Object.fromEntries(Object.entries(tree).map(([name, entry]) => [`main/${name}`, entry])));
  git("main", "init", "--quiet");
  git("main", "add", ".");
  git("main", "commit", "--quiet", "--message", "First");
  return { ...folder, git };
}
