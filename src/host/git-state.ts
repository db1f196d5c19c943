import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { askGit } from "./ask-git.ts";
import type { Host } from "./host.ts";

export interface GitState {
  /** The full id of the commit that is checked out. */
  readonly commit: string;
  /** Files of the repository are changed, or new and not ignored. */
  readonly dirty: boolean;
}

/**
 * The state of the git repository that a folder is in. Undefined without git, a repository or a commit, and
 * where git refuses, as in a repository of another user.
 */
export async function gitState(host: Host, root: string): Promise<GitState | undefined> {
  if ((await host.processes.find("git")) === undefined) return undefined;
  const repository = await findRepository(host, root);
  if (repository === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "devenv-git-"));
  try {
    const env = await makeGitFolder(folder, repository);
    const args = ["status", "--porcelain=v2", "--ignore-submodules=dirty"];
    const { exitCode, stdout } = await askGit(host, { cwd: root, args, env });
    return exitCode === 0 ? { commit: repository.commit, dirty: stdout !== "" } : undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Repository {
  readonly commit: string;
  readonly top: string;
  readonly index: string;
  readonly objects: string;
  readonly info: string;
  readonly settings: readonly Setting[];
}

interface Setting {
  readonly section: string;
  readonly name: string;
  readonly value: string;
}

async function findRepository(host: Host, root: string): Promise<Repository | undefined> {
  const paths = ["index", "objects", "info"].flatMap((name) => ["--git-path", name]);
  const place = await askGit(host, { cwd: root, args: ["rev-parse", "HEAD", "--show-toplevel", ...paths] });
  const [commit = "", ...found] = place.stdout.replace(/\n$/, "").split("\n");
  if (place.exitCode !== 0 || found.length !== 4 || !/^[0-9a-f]{40,64}$/.test(commit)) return undefined;
  const [top = "", index = "", objects = "", info = ""] = found.map((path) => resolve(root, path));
  // 1: there are none
  const { stdout } = await askGit(host, { cwd: root, args: ["config", "--null", "--get-regexp", harmless] });
  return { commit, top, index, objects, info, settings: readSettings(stdout) };
}

/** What of a repository's settings decides whether a file is changed, and names no program. */
const harmless =
  "^(core\\.(autocrlf|eol|filemode|ignorecase|precomposeunicode|sparsecheckout|sparsecheckoutcone|symlinks)|extensions\\.objectformat)$";

function readSettings(output: string): readonly Setting[] {
  return output
    .split("\0")
    .filter((entry) => entry !== "")
    .map((entry) => {
      const [key = "", ...value] = entry.split("\n");
      const [section = "", name = ""] = key.split(".");
      return { section, name, value: value.length === 0 ? "true" : value.join("\n") };
    });
}

/**
 * A git folder of our own for the same files: to find out what is changed, git runs the filters that the settings of
 * the repository name, and those can be changed from inside of an environment while it reads them.
 */
async function makeGitFolder(folder: string, repository: Repository): Promise<Readonly<Record<string, string>>> {
  const { commit, top, index, objects, info, settings } = repository;
  const all = [{ section: "core", name: "repositoryformatversion", value: "1" }, ...settings];
  const config = all.map(({ section, name, value }) => `[${section}]\n\t${name} = ${JSON.stringify(value)}\n`);
  await mkdir(join(folder, "refs"));
  await writeFile(join(folder, "HEAD"), `${commit}\n`);
  await writeFile(join(folder, "config"), config.join(""));
  await symlink(info, join(folder, "info"), "junction");
  return { GIT_DIR: folder, GIT_WORK_TREE: top, GIT_INDEX_FILE: index, GIT_OBJECT_DIRECTORY: objects };
}
