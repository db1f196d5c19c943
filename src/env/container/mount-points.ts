import { stat } from "node:fs/promises";
import { join } from "node:path";
import { devenvError, isDevenvError } from "../../errors.ts";
import { makeFileBelow, makeFolderBelow, realPathInside } from "../../host/below.ts";
import { reasonOf } from "../../host/reason.ts";
import type { StartPlan } from "../../plan/plan.ts";
import type { KnownContext } from "../operation.ts";

/**
 * A missing source would be made as an empty folder by some engines, and be refused in strange words by others; and
 * where code inside has made one of the workspace a link, the container would be given what that leads to.
 */
export async function checkMounts({ spec }: Pick<KnownContext, "spec">, { name, container }: StartPlan): Promise<void> {
  for (const { kind, source } of container.mounts) {
    if (kind === "volume") continue;
    await realPathInside(spec.root, source);
    await stat(source).catch((error: unknown) => {
      throw devenvError("MOUNT_SOURCE_MISSING", { environment: name, source }, error);
    });
  }
}

/** What is mounted below the workspace needs a place there, which the engine would make as root. */
export async function makeMountPoints({ engine, spec }: KnownContext, environment: StartPlan): Promise<void> {
  const { workdir, volumes, mounts, workspace } = environment.container;
  if (workspace.mode !== "bind" || !engine.address.startsWith("unix:")) return;
  const below = [...volumes, ...mounts].filter(({ target }) => target.startsWith(`${workdir}/`));
  for (const mount of below) {
    const point = { root: spec.root, path: mount.target.slice(workdir.length + 1) };
    const isFile = mount.kind === "bind" && !(await stat(mount.source)).isDirectory();
    try {
      await (isFile ? makeFileBelow(point) : makeFolderBelow(point));
    } catch (error) {
      if (isDevenvError(error)) throw error;
      const path = join(point.root, point.path);
      throw devenvError("MOUNT_POINT_FAILED", { environment: environment.name, path, reason: reasonOf(error) }, error);
    }
  }
}
