/** What of the project never goes into an image, whatever a layer copies. */
import { stat } from "node:fs/promises";
import { posix, relative, resolve, sep } from "node:path";
import { LOCAL_NAMES } from "../../config/find.ts";
import { secretFile } from "../../host/secrets.ts";
import type { KeptOut } from "../../host/walk.ts";
import { lockfileName } from "../../lock/lockfile.ts";
import type { Spec } from "../../spec/spec.ts";
import type { OperationContext } from "../operation.ts";

/** Files of declared secrets under any name, one developer's overrides, and the lock: what it says of an image would change that image. */
export async function keptOut({ host, spec }: Pick<OperationContext, "host" | "spec">): Promise<KeptOut> {
  const names = new Map<string, string>([[lockfileName, "it says what the image holds, and would change it"]]);
  const inodes = new Map<string, string>();
  for (const { name, source } of spec.environments.flatMap(({ secrets }) => secrets)) {
    if (source.kind !== "file") continue;
    const reason = `it is the file of secret \`${name}\``;
    const file = resolve(spec.root, secretFile(source.value, host));
    names.set(relative(spec.root, file).split(sep).join("/"), reason);
    const stats = await stat(file).catch(() => undefined);
    if (stats?.isFile()) inodes.set(inodeKey(stats), reason);
  }
  const mountPoints = mountPointsOf(spec);
  return {
    reason: (path, stats) =>
      names.get(path) ??
      (LOCAL_NAMES.includes(posix.basename(path)) ? "it holds the overrides of one developer" : undefined) ??
      (stats === undefined ? undefined : inodes.get(inodeKey(stats))),
    isMountPoint: (path) => mountPoints.has(path),
  };
}

function inodeKey({ dev, ino }: { readonly dev: number; readonly ino: number }): string {
  return `${dev}:${ino}`;
}

/** Folders of the workspace that `up` makes, where they are not there, to mount something. */
function mountPointsOf({ environments }: Spec): ReadonlySet<string> {
  const paths = environments.flatMap(({ workspace, mounts }) => [
    ...workspace.volumes,
    ...mounts.map(({ target }) => posix.relative(workspace.target, target)),
  ]);
  return new Set(paths.filter((path) => path !== "" && !path.startsWith("..")));
}
