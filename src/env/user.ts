import type { ContainerFile } from "../engine/containers.ts";
import type { Engine } from "../engine/engine.ts";
import type { ContainerPlan, UserPlan } from "../plan/plan.ts";
import { findIds, type Ids, type MappedUser, mapUser, unnamedUser } from "../plan/user.ts";

/** The user that a container is created with. */
export interface ContainerUser {
  /** As the engine takes it; undefined: the image's own. */
  readonly user: string | undefined;
  /** The ids that the user has inside; undefined: those of the image. */
  readonly ids: Ids | undefined;
}

/** Who works in a container of this image: the environment's user, under the ids of the person at the host. */
export async function containerUser(engine: Engine, plan: UserPlan, imageUser: string): Promise<ContainerUser> {
  const name = plan.name ?? plainName(imageUser);
  if (plan.ids === undefined || (name === "root" && plan.ids.uid === 0)) return { user: plan.name, ids: undefined };
  // root of a rootless engine's container is the person at the host
  const ids = plan.ids.uid !== 0 && (await engine.info()).rootless ? { uid: 0, gid: 0 } : plan.ids;
  if (name === "root") return { user: ids.uid === 0 ? undefined : unnamedUser, ids: ids.uid === 0 ? undefined : ids };
  return { user: /^\d+$/.test(name) ? `${ids.uid}:${ids.gid}` : name, ids };
}

/** The ids that the user of a container has, once ownership is given. */
export async function userIds(
  engine: Engine,
  id: string,
  { plan, imageUser }: { readonly plan: UserPlan; readonly imageUser: string },
): Promise<Ids> {
  const { user, ids } = await containerUser(engine, plan, imageUser);
  if (ids !== undefined) return ids;
  const [passwd, group] = await Promise.all(
    ["/etc/passwd", "/etc/group"].map((path) => engine.containers.readFile(id, path)),
  );
  return findIds({ passwd: text(passwd), group: text(group) }, user ?? imageUser);
}

function plainName(user: string): string {
  const [name = ""] = user.split(":");
  return name === "" || name === "0" ? "root" : name;
}

export interface OwnershipRequest {
  readonly id: string;
  readonly plan: ContainerPlan;
  readonly user: ContainerUser;
  readonly imageUser: string;
}

/**
 * Give the user its ids and its folders before the container starts: accounts, home and volumes. Nothing of
 * this is in the image, and neither a shell nor a process of root is needed.
 */
export async function giveOwnership({ containers }: Engine, request: OwnershipRequest): Promise<void> {
  const { id, plan, user, imageUser } = request;
  if (user.ids === undefined) return;
  const [passwd, group] = await Promise.all([
    containers.readFile(id, "/etc/passwd"),
    containers.readFile(id, "/etc/group"),
  ]);
  const wanted = user.user === unnamedUser ? unnamedUser : (plan.user.name ?? plainName(imageUser));
  const mapped = mapUser({ passwd: text(passwd), group: text(group) }, wanted, user.ids);
  const isNew = mapped.before === undefined;
  const differs = isNew || mapped.before?.uid !== user.ids.uid || mapped.before?.gid !== user.ids.gid;
  const files = [...(differs ? accountFiles(mapped) : []), ...ownedFolders(plan, mapped, user.ids)];
  if (files.length > 0) await containers.writeFiles(id, files);
  if (mapped.before !== undefined && differs) {
    await containers.changeOwner(id, mapped.home, { from: mapped.before, to: user.ids });
  }
}

function text(content: Buffer | undefined): string {
  return content?.toString("utf8") ?? "";
}

function accountFiles({ passwd, group }: MappedUser): readonly ContainerFile[] {
  const file = { mode: 0o644, uid: 0, gid: 0 };
  return [
    { ...file, path: "/etc/passwd", content: Buffer.from(passwd) },
    { ...file, path: "/etc/group", content: Buffer.from(group) },
  ];
}

/** A new home, the volumes, and the folders between the home and the volumes in it. */
function ownedFolders({ volumes }: ContainerPlan, { home, before }: MappedUser, ids: Ids): readonly ContainerFile[] {
  const targets = volumes.map(({ target }) => target);
  const between = targets.flatMap((target) => foldersBetween(home, target));
  const folders = [...new Set([...(before === undefined ? [home] : []), ...between, ...targets])].sort();
  return folders.map((path) => ({ path, mode: 0o755, ...ids }));
}

function foldersBetween(home: string, target: string): readonly string[] {
  if (!target.startsWith(`${home}/`)) return [];
  const names = target
    .slice(home.length + 1)
    .split("/")
    .slice(0, -1);
  return names.map((_name, index) => `${home}/${names.slice(0, index + 1).join("/")}`);
}
