/** What a container needs for git to work in it, and to leave alone what it cannot see from there. */
import { posix } from "node:path";
import type { GitPlace, LinkedWorktree } from "../host/git-place.ts";
import type { GitPlan, Mount } from "./plan.ts";

export interface GitPlanInput {
  readonly place: GitPlace;
  /** Where the workspace is inside. */
  readonly target: string;
  /** What is changed inside comes back to the host. */
  readonly comesBack: boolean;
  /** Folders of this machine cannot be mounted. */
  readonly isElsewhere: boolean;
  /** Where other things are mounted. */
  readonly taken: readonly string[];
}

/** A folder of the host in its place inside. */
interface Placed {
  readonly source: string;
  readonly target: string;
}

export function planGit(input: GitPlanInput): GitPlan {
  const { place, target, taken } = input;
  const nothing = { folders: [], mounts: [], marks: [], links: [], safe: [target] };
  if (place.problem !== undefined) return { ...nothing, problem: `git does not work inside: ${place.problem}` };
  const top = topInside(input);
  if (top === undefined) return { ...nothing, left: leftOutside(place, target) };
  const common = commonInside(place, top);
  const whole = place.below === "" ? [] : [{ source: place.top, target: top }];
  const visible = { source: place.top, target: top };
  const wanted = [...whole, ...(common === undefined || isBelow(common, visible) ? [] : [common])];
  const folders = wanted.filter((one) => !taken.includes(one.target));
  const misplaced = folders.find((one) => one !== whole[0] && collides(one.target, target));
  if (misplaced !== undefined) {
    const problem = `git does not work inside: its folder belongs at \`${misplaced.target}\`, where the workspace is; choose another \`target\` in \`workspace\``;
    return { ...nothing, problem };
  }
  if (input.isElsewhere && folders.length > 0) {
    const sources = folders.map(({ source }) => `\`${source}\``).join(" and ");
    return {
      ...nothing,
      folders,
      unmounted: `git does not work inside: it needs ${sources} of this machine, and the engine is on another one`,
    };
  }
  const mounts = folders.map((folder): Mount => ({ kind: "bind", ...folder, readOnly: !input.comesBack }));
  const gitFolder = common?.target ?? posix.join(top, ".git");
  const inside = { top, gitFolder, mounted: [target, ...mounts.map((one) => one.target), ...taken] };
  return {
    folders,
    mounts,
    marks: marksOf(place, inside),
    links: linksOf(place, inside),
    safe: [...new Set([top, target])],
    said: saidOf(place, mounts),
    problem: lackingOf(place, inside),
  };
}

/** Where the top of the repository is inside; undefined where the workspace's target has no room for what is above it. */
function topInside({ place: { below }, target }: GitPlanInput): string | undefined {
  if (below === "") return target;
  const top = target.endsWith(`/${below}`) ? target.slice(0, -below.length - 1) : "";
  return top === "" ? undefined : top;
}

/** Where `.git` says that its folder is. */
function commonInside({ pointed }: GitPlace, top: string): Placed | undefined {
  return pointed && { source: pointed.folder, target: posix.resolve(top, pointed.named) };
}

function isBelow(one: Placed, other: Placed): boolean {
  return (
    one.source.startsWith(`${other.source}/`) && one.target === other.target + one.source.slice(other.source.length)
  );
}

/** What lies below the workspace would need a place there, and what lies above would hide it. */
function collides(one: string, target: string): boolean {
  return one === "/" || one === target || one.startsWith(`${target}/`) || target.startsWith(`${one}/`);
}

interface Inside {
  /** Where the repository's top and its git folder are. */
  readonly top: string;
  readonly gitFolder: string;
  /** Where something is mounted. */
  readonly mounted: readonly string[];
}

/** Git forgets a work tree whose `.git` is not there: these files stand for those that are on the host alone. */
function marksOf({ worktrees, pointed }: GitPlace, inside: Inside): readonly string[] {
  const others = worktrees.filter(({ name }) => name !== pointed?.name);
  return others.map((one) => gitFileInside(one, inside)).filter((path) => isAside(path, inside));
}

function gitFileInside({ name, gitFile }: LinkedWorktree, { gitFolder }: Inside): string {
  return posix.resolve(gitFolder, "worktrees", name, gitFile);
}

/** In a mount it would be made on the host, and above one it would shut git out of it. */
function isAside(path: string, { mounted }: Inside): boolean {
  const folder = posix.dirname(path);
  return folder !== "/" && !mounted.some((one) => path.startsWith(`${one}/`) || `${one}/`.startsWith(`${folder}/`));
}

/** The git folder says where its work tree is, and submodules where it is itself: these ways have to lead there. */
function linksOf({ pointed, top: source, worktrees }: GitPlace, inside: Inside): GitPlan["links"] {
  const { top, gitFolder } = inside;
  if (pointed === undefined) return [];
  const own = worktrees.find(({ name }) => name === pointed.name);
  const path =
    own === undefined ? posix.resolve(gitFolder, pointed.worktree ?? "") : posix.dirname(gitFileInside(own, inside));
  const besides = posix.resolve(top, posix.relative(source, pointed.folder));
  return [{ path, to: top }, ...(pointed.hasSubmodules ? [{ path: besides, to: gitFolder }] : [])].filter(
    (link) => link.path !== link.to && isAside(`${link.path}/.git`, inside),
  );
}

/** Anybody can write a path into that file, too: nothing is mounted because of it alone. */
function lackingOf({ borrowed }: GitPlace, { gitFolder, mounted }: Inside): string | undefined {
  const paths = borrowed.map((path) => posix.resolve(gitFolder, "objects", path));
  const lacking = paths.filter((path) => !mounted.some((one) => path === one || path.startsWith(`${one}/`)));
  if (lacking.length === 0) return undefined;
  const mounts = JSON.stringify(lacking.map((path) => `${path}:${path}:ro`));
  return `git inside lacks what the repository has in ${lacking.map((path) => `\`${path}\``).join(" and ")}; \`mounts: ${mounts}\` brings it in`;
}

function saidOf({ pointed, below }: GitPlace, mounts: readonly Mount[]): string | undefined {
  if (mounts.length === 0) return undefined;
  const what = mounts.map(({ target }, index) =>
    index === 0 && below !== ""
      ? `the repository is mounted at \`${target}\``
      : `the git folder of this ${pointed?.kind} is mounted at \`${target}\``,
  );
  return `${what.join(", ")}${mounts[0]?.readOnly ? ", read-only" : ""}`;
}

function leftOutside({ top, below }: GitPlace, target: string): string {
  const example = `/${posix.basename(top) || "repository"}/${below}`;
  return `not inside: the repository starts above \`${target}\`; \`target: "${example}"\` in \`workspace\` brings in all of it`;
}

/** Settings for every git inside, after those that the environment has by the same way. */
export function gitVariables(
  { safe }: GitPlan,
  env: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const first = Number(env.GIT_CONFIG_COUNT ?? "0");
  if (!Number.isInteger(first) || first < 0) return {};
  const settings = [
    ["gc.worktreePruneExpire", "never"],
    // inside the files may belong to another user than the one who works there
    ...safe.flatMap((folder) => [folder, `${folder}/*`].map((value) => ["safe.directory", value])),
  ];
  const variables = settings.flatMap(([key = "", value = ""], index) => [
    [`GIT_CONFIG_KEY_${first + index}`, key],
    [`GIT_CONFIG_VALUE_${first + index}`, value],
  ]);
  // git looks no further up than one file system reaches, and a synced workspace is one of its own
  const across = safe.length > 1 ? { GIT_DISCOVERY_ACROSS_FILESYSTEM: "1" } : {};
  return { ...across, GIT_CONFIG_COUNT: String(first + settings.length), ...Object.fromEntries(variables) };
}
