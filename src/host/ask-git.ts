import type { Host, ProgramOutput } from "./host.ts";

/**
 * For git to look at a folder's own repository, and to write nothing: where a hook of git runs, variables name the
 * repository that it is in, which may be another one; and another git may be working on the index. Nor does it ask a
 * server for objects that are not there: the repository itself says which program does that.
 */
const surroundings = {
  GIT_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_COMMON_DIR: undefined,
  GIT_INDEX_FILE: undefined,
  GIT_OBJECT_DIRECTORY: undefined,
  GIT_OPTIONAL_LOCKS: "0",
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_NO_LAZY_FETCH: "1",
  // not every git knows the one before
  GIT_ALLOW_PROTOCOL: "none",
};

/** Programs that the settings of a repository name, for whatever reads its index. */
const withoutPrograms = ["-c", "core.fsmonitor=", "-c", "core.hooksPath=/dev/null"];

export interface GitQuestion {
  readonly cwd: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * Ask git about a folder. Its settings can be written by code inside of an environment, or come with an archive, and
 * must not run here; what git compares files with (`filter.*`) is not covered. Throws PROGRAM_MISSING.
 */
export function askGit({ processes }: Pick<Host, "processes">, question: GitQuestion): Promise<ProgramOutput> {
  const { cwd, args, env } = question;
  const options = { cwd, env: { ...surroundings, ...env }, allowFailure: true };
  return processes.run("git", [...withoutPrograms, ...args], options);
}
