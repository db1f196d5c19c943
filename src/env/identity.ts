/**
 * Which project a workspace is of: its name is not enough, since unrelated repositories have the same. Worktrees and
 * clones of one repository are one project, by its first commit; a folder without one is a project of its own.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { digestOf } from "../digest.ts";
import { writeFileAtomic } from "../host/atomic-write.ts";
import { gitMark, gitRoot } from "../host/git-root.ts";
import type { Host } from "../host/host.ts";
import { stateFolder } from "../host/state-folder.ts";
import type { Workspace } from "../plan/plan.ts";
import type { KnownContext } from "./operation.ts";
import { readWorkspace } from "./workspace.ts";

export interface ProjectIdentity {
  /** What is made now belongs to it: 12 hex digits. */
  readonly id: string;
  /** All that are this project: what the folder was before it had a first commit, or before its history was written anew. */
  readonly known: ReadonlySet<string>;
}

export async function projectIdentity({ host, spec }: Pick<KnownContext, "host" | "spec">): Promise<ProjectIdentity> {
  const { workspace } = await readWorkspace(spec.root);
  return identityOf(host, workspace);
}

/** Git is asked once for each folder, and again where its repository is another one: a long history takes its time. */
export async function identityOf(
  host: Host,
  { root, folder }: Pick<Workspace, "root" | "folder">,
): Promise<ProjectIdentity> {
  const recorded = await readIds(host, folder);
  const mark = gitMark(root);
  if (mark === undefined || mark === recorded?.mark) return describe(folder, recorded?.ids ?? []);
  const found = await gitRoot(host, root);
  if (found === undefined) return describe(folder, recorded?.ids ?? []);
  const id = digestOf(found).slice(0, 12);
  const ids = [id, ...(recorded?.ids ?? []).filter((one) => one !== id)];
  // one that cannot be kept is found out again
  await writeFileAtomic(recordPath(host, folder), `${JSON.stringify({ version, mark, ids })}\n`, 0o600).catch(() => {});
  return describe(folder, ids);
}

function describe(folder: string, ids: readonly string[]): ProjectIdentity {
  const [id = folder] = ids;
  return { id, known: new Set([...ids, folder]) };
}

/** What a folder, which may be gone, was known as; the folder's own identity is always among it. */
export async function knownAs(host: Host, folder: string): Promise<ReadonlySet<string>> {
  return describe(folder, (await readIds(host, folder))?.ids ?? []).known;
}

interface IdentityRecord {
  /** Tells the repository that it was found out from. */
  readonly mark: string;
  /** Newest first. */
  readonly ids: readonly string[];
}

const version = 1;

/** By the folder's identity: it stays when the folder is moved. */
function recordPath(host: Host, folder: string): string {
  return join(stateFolder(host), "projects", `${folder}.json`);
}

async function readIds(host: Host, folder: string): Promise<IdentityRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(recordPath(host, folder), "utf8"));
    const isRecord = record.version === version && typeof record.mark === "string" && Array.isArray(record.ids);
    return isRecord ? { mark: record.mark, ids: record.ids.filter(isId) } : undefined;
  } catch {
    return undefined;
  }
}

function isId(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{12}$/.test(value);
}
