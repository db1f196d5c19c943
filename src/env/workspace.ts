import { stat } from "node:fs/promises";
import { type FolderIdentity, workspaceAt } from "../plan/container.ts";
import type { Workspace } from "../plan/plan.ts";

/** The workspace at an absolute real path, and the inode of its folder. */
export async function readWorkspace(root: string): Promise<{ readonly workspace: Workspace; readonly inode: number }> {
  const { dev, ino, birthtimeMs } = await stat(root);
  const identity: FolderIdentity = { device: dev, inode: ino, born: Math.floor(birthtimeMs) };
  return { workspace: workspaceAt(root, identity), inode: ino };
}
