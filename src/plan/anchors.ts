import { posix } from "node:path";
import type { StartPlan } from "./plan.ts";

/** A path of the host that a mount hangs on: once something else stands there, a container that runs does not see it. */
export interface Anchor {
  /** Absolute. */
  readonly path: string;
  /** `source`: what is mounted; `point`: where, below another mount, something is mounted. */
  readonly kind: "source" | "point";
}

interface Placed {
  readonly kind: "bind" | "volume";
  readonly source: string;
  readonly target: string;
}

/** What the mounts of a container hang on, but for the workspace's own folder: that one counts as an input. */
export function anchorsOf({ mounts, volumes, workdir, workspace }: StartPlan["container"]): readonly Anchor[] {
  const placed: readonly Placed[] = [...mounts, ...volumes.map(({ target }) => volumeAt(target))];
  const isWorkspace = ({ kind, target }: Placed) => workspace.mode === "bind" && kind === "bind" && target === workdir;
  const sources = mounts.filter((mount) => mount.kind === "bind" && !isWorkspace(mount));
  const points = placed.flatMap(({ target }) => {
    const path = pathBelow(placed, target);
    return path === undefined ? [] : [{ path, kind: "point" as const }];
  });
  return [...sources.map(({ source }) => ({ path: source, kind: "source" as const })), ...points];
}

function volumeAt(target: string): Placed {
  return { kind: "volume", source: "", target };
}

/** The path on the host of a place inside that another mount brings in; undefined where that is none of the host's. */
function pathBelow(placed: readonly Placed[], target: string): string | undefined {
  const above = placed.filter((one) => target.startsWith(`${one.target.replace(/\/$/, "")}/`) && one.target !== target);
  const nearest = above.toSorted((one, other) => other.target.length - one.target.length)[0];
  return nearest?.kind === "bind" ? posix.join(nearest.source, posix.relative(nearest.target, target)) : undefined;
}

/** What of a container's mounts came loose, in the user's words: `before` and `now` are identities by path. */
export function looseReasons(
  before: Readonly<Record<string, MountedPath>>,
  now: (path: string) => string | undefined,
): readonly string[] {
  return Object.entries(before).flatMap(([path, { kind, identity }]) => {
    const current = now(path);
    if (current === identity) return [];
    const what = kind === "point" ? `the mount point \`${path}\`` : `\`${path}\``;
    if (current !== undefined) return [`${what} was replaced since it was mounted`];
    return [kind === "point" ? `${what} was removed` : `${what}, which is mounted, is gone`];
  });
}

export interface MountedPath {
  readonly kind: Anchor["kind"];
  readonly identity: string;
}
