/**
 * What git ignores in a workspace, as git does it: the last line that matches counts, that of a deeper `.gitignore` before those
 * of the upper ones, then `info/exclude`, then the file of `core.excludesFile`. Each repository has rules of its own.
 */
import { join } from "node:path";
import type { Path } from "../entry.ts";
import type { GitRules } from "../ignore.ts";
import { joinPath, parentOf } from "../tree.ts";
import { bytesOf, type Patterns, readPatterns } from "./patterns.ts";
import { openRepository, type Repository, readBytes } from "./repository.ts";
import { createTracked, type Tracking } from "./tracked.ts";

export interface GitSettings {
  /** Absolute; of `core.excludesFile`. */
  readonly excludesFile: string | undefined;
  /** `core.ignoreCase`. */
  readonly ignoresCase: boolean;
}

export interface GitRulesOptions extends GitSettings {
  /** Absolute real path of the workspace. */
  readonly root: string;
  readonly uid: number | undefined;
  /** Whether the rules leave something out that is not tracked. */
  isExcluded(path: Path, isFolder: boolean): boolean;
}

export interface FollowedRules extends GitRules {
  /** The `.gitignore` of a folder is like this now, a byte a character; returns whether it is another one than before. */
  put(folder: Path, text: string | undefined): boolean;
  /** Look for a repository at a folder; returns whether it is there and was not, has other rules, or is not there any more. */
  look(folder: Path): boolean;
  /** Look at what the repositories track; returns what is tracked and excluded, and was not before, or the other way round. */
  lookAtIndexes(): readonly Path[];
  /** Other rules than before count for what is tracked. */
  forget(): void;
  /** All is read; `lookAtIndexes` tells what comes after that. */
  settle(): void;
  /** Look at what is not in the workspace; returns whether its rules are others. */
  lookOutside(): boolean;
  /** Absolute folders, of the repositories, that hold an index. */
  indexFolders(): readonly string[];
}

interface Text {
  readonly text: string;
  readonly patterns: Patterns | undefined;
}

export function openGitRules(options: GitRulesOptions): FollowedRules {
  const { root, uid, ignoresCase, excludesFile } = options;
  const read = (text: string): Text => ({ text, patterns: readPatterns(text, { ignoresCase }) });
  const texts = new Map<Path, Text>();
  const repositories = new Map<Path, Repository>();
  const tracked = createTracked(options.isExcluded);
  let everywhere = read(excludesFile === undefined ? "" : readBytes(excludesFile));
  const look = (folder: Path): boolean => {
    const isInner = folder === "";
    const found = openRepository({ folder: join(root, folder), isInner, uid, ignoresCase });
    const repository = found !== undefined && !excludesAll(found, everywhere.patterns) ? found : undefined;
    if (repository?.mark === repositories.get(folder)?.mark) return false;
    if (repository === undefined) repositories.delete(folder);
    else repositories.set(folder, repository);
    tracked.put(folder, repository);
    return true;
  };
  return {
    ...reading({ texts, repositories, tracked, everywhere: () => everywhere.patterns }),
    look,
    put(folder, text) {
      if (texts.get(folder)?.text === text) return false;
      if (text === undefined) texts.delete(folder);
      else texts.set(folder, read(text));
      return true;
    },
    lookAtIndexes: tracked.look,
    forget: tracked.forget,
    settle: tracked.settle,
    lookOutside() {
      const text = excludesFile === undefined ? "" : readBytes(excludesFile);
      const isOther = text !== everywhere.text;
      if (isOther) everywhere = read(text);
      return [...repositories.keys()].map(look).includes(true) || isOther;
    },
    indexFolders: () => [...repositories.values()].map(({ folder }) => folder.own),
  };
}

interface Rules {
  readonly texts: ReadonlyMap<Path, Text>;
  readonly repositories: ReadonlyMap<Path, Repository>;
  readonly tracked: Tracking;
  everywhere(): Patterns | undefined;
}

function reading({ texts, repositories, tracked, everywhere }: Rules): GitRules {
  return {
    says(path, isFolder) {
      const bytes = bytesOf(path);
      for (let folder = parentOf(path); ; folder = parentOf(folder)) {
        const said = texts.get(folder)?.patterns?.says(below(bytes, bytesOf(folder)), isFolder);
        if (said !== undefined) return said;
        const repository = repositories.get(folder);
        if (repository !== undefined) {
          const inIt = joinPath(bytesOf(repository.prefix), below(bytes, bytesOf(folder)));
          return saysAbove(repository, everywhere(), { path: inIt, isFolder });
        }
        if (folder === "") return undefined;
      }
    },
    isTracked(path, isFolder) {
      for (let folder = parentOf(path); ; folder = parentOf(folder)) {
        if (repositories.has(folder)) return tracked.has(folder, path, isFolder);
        if (folder === "") return false;
      }
    },
    isTop: (folder) => repositories.has(folder),
  };
}

interface Asked {
  /** In the repository, a byte a character. */
  readonly path: string;
  readonly isFolder: boolean;
}

function saysAbove(
  { above, exclude }: Repository,
  everywhere: Patterns | undefined,
  { path, isFolder }: Asked,
): boolean | undefined {
  for (const { folder, patterns } of above) {
    const said = isBelow(path, bytesOf(folder)) ? patterns.says(below(path, bytesOf(folder)), isFolder) : undefined;
    if (said !== undefined) return said;
  }
  return exclude?.says(path, isFolder) ?? everywhere?.says(path, isFolder);
}

/** A repository that has nothing to do with the folder in it: a home that is one, of a few files. */
function excludesAll(repository: Repository, everywhere: Patterns | undefined): boolean {
  const names = repository.prefix === "" ? [] : bytesOf(repository.prefix).split("/");
  return names.some((_, count) => {
    const path = names.slice(0, count + 1).join("/");
    return saysAbove(repository, everywhere, { path, isFolder: true }) === true;
  });
}

function isBelow(path: string, folder: string): boolean {
  return folder === "" || path.startsWith(`${folder}/`);
}

function below(path: string, folder: string): string {
  return folder === "" ? path : path.slice(folder.length + 1);
}
