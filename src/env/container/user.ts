import { dirname } from "node:path/posix";
import type { ContainerFile, OwnedTree } from "../../engine/containers.ts";
import type { Engine, ImageInfo } from "../../engine/engine.ts";
import type { ContainerPlan, UserPlan } from "../../plan/plan.ts";
import { findIds, type Ids, type MappedUser, mapUser, unnamedUser } from "../../plan/user.ts";
import type { OperationContext } from "../operation.ts";
import { type HelperContainer, type ImageUser, readImageUser, withPlainContainer } from "./image-user.ts";
import { type OwnedVolume, ownVolumes } from "./volume-owner.ts";

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
  // without a group: one that is named would take away the groups that the image gives this user
  return { user: /^\d+$/.test(name) ? String(ids.uid) : name, ids };
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
  return findIds({ passwd: String(passwd ?? ""), group: String(group ?? "") }, user ?? imageUser);
}

function plainName(user: string): string {
  const [name = ""] = user.split(":");
  return name === "" || name === "0" ? "root" : name;
}

export interface OwnershipRequest {
  readonly id: string;
  readonly plan: ContainerPlan;
  readonly image: ImageInfo & { readonly tag: string };
  readonly user: ContainerUser;
  readonly volumes: readonly OwnedVolume[];
  /** Name and labels of a container that is made meanwhile: who finds this one's remains finds that one's too. */
  readonly helper: HelperContainer;
}

/**
 * Give the user its ids and its folders before the container starts: accounts, home and volumes. Nothing of
 * this is in the image, and neither a shell nor a process of root is needed.
 */
export async function giveOwnership(context: OperationContext, request: OwnershipRequest): Promise<void> {
  const { id, plan, user, image, volumes, helper } = request;
  const { ids } = user;
  if (ids === undefined) return;
  const wanted = user.user === unnamedUser ? unnamedUser : (plan.user.name ?? plainName(image.user));
  const source = await readImageUser(context, { image, wanted, helper });
  const mapped = mapUser(source, wanted, ids);
  const hasHome = source.isHomeLarge || source.home !== undefined;
  const isMapped = hasHome && mapped.before?.uid === ids.uid && mapped.before.gid === ids.gid;
  const given = await ownVolumes(context.engine, { id, plan, volumes, ids, mapped, source });
  const folders = [...(hasHome ? [] : [mapped.home]), ...foldersAbove(plan, mapped), ...given].sort();
  const files = [...(isMapped ? [] : accountFiles(mapped)), ...owned(folders, ids), ...memoryFolders(plan)];
  const { containers } = context.engine;
  if (isMapped || !hasHome) return containers.writeFiles(id, files);
  await withHome(context, { ...request, source, mapped }, (tar) =>
    containers.writeFiles(id, files, homeTree(tar, { plan, mapped, ids })),
  );
}

interface HomeRequest extends OwnershipRequest {
  readonly source: ImageUser;
  readonly mapped: MappedUser;
}

async function withHome(
  { engine }: OperationContext,
  { source, mapped, image, helper }: HomeRequest,
  use: (tar: OwnedTree["tar"]) => Promise<void>,
): Promise<void> {
  if (source.home !== undefined) return use(Buffer.from(source.home, "base64"));
  await withPlainContainer(engine, { image, helper }, async (plain) => {
    const tar = await engine.containers.pack(plain, mapped.home);
    if (tar !== undefined) await use(tar);
  });
}

interface HomeTreeInput {
  readonly plan: ContainerPlan;
  readonly mapped: MappedUser;
  readonly ids: Ids;
}

/** What is mounted in the home is not the image's. */
function homeTree(tar: OwnedTree["tar"], { plan, mapped, ids }: HomeTreeInput): OwnedTree {
  const skip = [...plan.mounts, ...plan.volumes].map(({ target }) => target);
  return { tar, parent: dirname(mapped.home), from: mapped.before ?? ids, to: ids, skip };
}

function accountFiles({ passwd, group }: MappedUser): readonly ContainerFile[] {
  const file = { mode: 0o644, uid: 0, gid: 0 };
  return [
    { ...file, path: "/etc/passwd", content: Buffer.from(passwd) },
    { ...file, path: "/etc/group", content: Buffer.from(group) },
  ];
}

/** What the image has in their place may be closed to the user, and runc before 1.1.10 gives a folder in memory the mode of that. */
function memoryFolders({ tmpfs }: ContainerPlan): readonly ContainerFile[] {
  return tmpfs.map(({ target, mode }) => ({ path: target, mode, uid: 0, gid: 0 }));
}

function owned(folders: readonly string[], ids: Ids): readonly ContainerFile[] {
  return [...new Set(folders)].map((path) => ({ path, mode: 0o755, ...ids }));
}

/** The folders between the home and what is mounted in it: the engine would make them as root. */
function foldersAbove({ mounts, volumes }: ContainerPlan, { home }: MappedUser): readonly string[] {
  return [...mounts, ...volumes].flatMap(({ target }) => foldersBetween(home, target));
}

function foldersBetween(home: string, target: string): readonly string[] {
  if (!target.startsWith(`${home}/`)) return [];
  const names = target
    .slice(home.length + 1)
    .split("/")
    .slice(0, -1);
  return names.map((_name, index) => `${home}/${names.slice(0, index + 1).join("/")}`);
}
