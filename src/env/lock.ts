import { makePrivateCache } from "../host/private-folder.ts";
import { withWorkspaceLock } from "../host/workspace-lock.ts";
import { workspaceId } from "../plan/container.ts";
import { projectIdentity } from "./identity.ts";
import type { KnownContext } from "./operation.ts";
import { removeUnchecked } from "./snapshot/unchecked.ts";

/** Change the environments of a workspace while no other command does. */
export async function underLock<Result>(context: KnownContext, change: () => Promise<Result>): Promise<Result> {
  const { host, spec, signal, report } = context;
  const onWait = () =>
    report({ kind: "warning", text: "another devenv command works on this workspace; waiting for it to end" });
  await makePrivateCache(host);
  return withWorkspaceLock({ cacheDir: host.cacheDir, id: workspaceId(spec.root), signal, onWait }, async () => {
    await removeUnchecked(context);
    return change();
  });
}

/** Make what all workspaces of a project share while no other command of this machine does; within the workspace's own lock. */
export async function underProjectLock<Result>(context: KnownContext, change: () => Promise<Result>): Promise<Result> {
  const { host, signal, report } = context;
  const { id } = await projectIdentity(context);
  const onWait = () =>
    report({ kind: "warning", text: "another devenv command works on this project; waiting for it to end" });
  return withWorkspaceLock({ cacheDir: host.cacheDir, id: `project-${id}`, signal, onWait }, change);
}
