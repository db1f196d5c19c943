/** What is not synced: rules in the syntax of `.gitignore`, git's own if they are asked for, and volumes of their own. */
import type { Path } from "./entry.ts";
import { bytesOf, type Patterns, readPatterns } from "./ignore/patterns.ts";
import type { Ignores } from "./session-options.ts";
import { isWithin, parentOf } from "./tree.ts";

export interface IgnoreRules {
  /** Lines as in a `.gitignore` at the root. */
  readonly patterns: readonly string[];
  /** Folders that are volumes in the container, relative to the workspace. */
  readonly volumes: readonly Path[];
  readonly git?: GitRules | undefined;
}

/** What git ignores. */
export interface GitRules {
  /** What its rules say of the very path, whatever they say of the folders above it. */
  says(path: Path, isFolder: boolean): boolean | undefined;
  /** Of something that the rules leave out: whether git has it all the same; of a folder: anything in it. */
  isTracked(path: Path, isFolder: boolean): boolean;
  /** Whether a repository begins at a folder. */
  isTop(folder: Path): boolean;
}

/**
 * `out` by one's own patterns, or as a volume, with all that is in it; `untracked`: by git's rules, so not if git has it all the
 * same.
 */
export type Standing = "in" | "out" | "untracked";

export type StandingOf = (path: Path, isFolder: boolean) => Standing;

/** Whether what stands at a path is left out. */
export function createIgnores(rules: IgnoreRules): Ignores {
  const standingOf = createStandings(rules);
  return (path, isFolder) => isLeftOut(rules.git, standingOf(path, isFolder), path, isFolder);
}

export function isLeftOut(git: GitRules | undefined, standing: Standing, path: Path, isFolder: boolean): boolean {
  return standing === "out" || (standing === "untracked" && git?.isTracked(path, isFolder) !== true);
}

/** Folders of which it is kept at most. */
const mostKept = 4096;

/**
 * One's own patterns count before git's rules. What is in a folder that is left out is too. Below `.git` nothing counts but
 * patterns that name it. What it gives is kept: the rules must not change.
 */
export function createStandings({ patterns, volumes, git }: IgnoreRules): StandingOf {
  const own = readOwn(patterns);
  const ownOfGit = readOwn(patterns.filter((line) => /(^|\/)\.git(\/|$)/.test(line.trim())));
  const kept = new Map<Path, Standing>();
  const standingOfFolder = (folder: Path): Standing => {
    if (folder === "") return "in";
    const known = kept.get(folder);
    if (known !== undefined) return known;
    if (kept.size >= mostKept) kept.clear();
    const standing = standingOf(folder, true);
    // rules of their own begin there
    const inIt = standing === "untracked" && git?.isTop(folder) && git.isTracked(folder, true) ? "in" : standing;
    kept.set(folder, inIt);
    return inIt;
  };
  const standingOf: StandingOf = (path, isFolder) => {
    if (volumes.some((volume) => isWithin(path, volume))) return "out";
    const above = standingOfFolder(parentOf(path));
    if (above === "out") return above;
    const said = (isInGit(path) ? ownOfGit : own)?.says(bytesOf(path), isFolder);
    if (said === true) return "out";
    if (above === "untracked" || said === false) return above;
    return !isGit(path) && git?.says(path, isFolder) === true ? "untracked" : "in";
  };
  return standingOf;
}

function readOwn(lines: readonly string[]): Patterns | undefined {
  // as in the container, whatever the host's file system makes of it
  return readPatterns(bytesOf(lines.join("\n")), { ignoresCase: false });
}

/** At `.git`, or below it. */
function isGit(path: Path): boolean {
  return path.includes(".git") && /(^|\/)\.git(\/|$)/.test(path);
}

function isInGit(path: Path): boolean {
  return path.includes(".git/") && /(^|\/)\.git\//.test(path);
}
