import { mkdir, open, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { devenvError } from "../../errors.ts";
import { reasonOf } from "../../host/reason.ts";
import type { StartPlan } from "../../plan/plan.ts";
import type { KnownContext } from "../operation.ts";

/** A missing source would be made as an empty folder by some engines, and be refused in strange words by others. */
export async function checkMounts({ name, container }: StartPlan): Promise<void> {
  for (const { kind, source } of container.mounts) {
    if (kind === "volume") continue;
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
    const path = join(spec.root, mount.target.slice(workdir.length + 1));
    const isFile = mount.kind === "bind" && !(await stat(mount.source)).isDirectory();
    try {
      await mkdir(isFile ? dirname(path) : path, { recursive: true });
      if (isFile) await (await open(path, "a")).close();
    } catch (error) {
      throw devenvError("MOUNT_POINT_FAILED", { environment: environment.name, path, reason: reasonOf(error) }, error);
    }
  }
}
