/** The environment's user under the ids of the person at the host: new text of /etc/passwd and /etc/group. */

export interface UserFiles {
  readonly passwd: string;
  readonly group: string;
}

export interface Ids {
  readonly uid: number;
  readonly gid: number;
}

export interface MappedUser extends UserFiles {
  readonly name: string;
  /** Absolute home folder. */
  readonly home: string;
  /** The ids that the image gave this user; undefined when the image does not have it. */
  readonly before: Ids | undefined;
}

/** What a user is called that no image and no config names. */
export const unnamedUser = "dev";

/**
 * Give a user other ids. Its line comes first in both files, so that programs that look a name up by its
 * id find this one, also where the image has another user or group with that id; the others stay.
 */
export function mapUser(files: UserFiles, user: string, ids: Ids): MappedUser {
  const passwd = lines(files.passwd);
  const group = lines(files.group);
  const [wanted = ""] = user.split(":");
  const entry = passwd.find((line) => fields(line)[0] === wanted || fields(line)[2] === wanted);
  const [name = nameFor(wanted), , uid, gid, comment = "", given = "", shell = "/bin/sh"] =
    entry === undefined ? [] : fields(entry);
  const home = homeless.has(given) ? `/home/${name}` : given;
  const groupName = group.map(fields).find(([, , id]) => id === gid)?.[0] ?? name;
  const mine = [name, "x", ids.uid, ids.gid, comment, home, shell].join(":");
  const isOwnGroup = groupName === name || entry === undefined;
  const ownGroup = [isOwnGroup ? name : groupName, "x", ids.gid, ""].join(":");
  return {
    name,
    home,
    before: entry === undefined ? undefined : { uid: Number(uid), gid: Number(gid) },
    passwd: join([mine, ...passwd.filter((line) => line !== entry)]),
    group: join([ownGroup, ...group.filter((line) => !(isOwnGroup && fields(line)[0] === name))]),
  };
}

/** The ids that a user has, as an image or a config names it: `ada`, `ada:staff`, `1000:1000`; empty for root. */
export function findIds(files: UserFiles, user: string): Ids {
  const [wanted = "", group] = user === "" ? ["0"] : user.split(":");
  const entry = lines(files.passwd)
    .map(fields)
    .find(([name, , uid]) => name === wanted || uid === wanted);
  const groupEntry = lines(files.group)
    .map(fields)
    .find(([name, , gid]) => name === group || gid === group);
  return { uid: Number(entry?.[2] ?? wanted) || 0, gid: Number(groupEntry?.[2] ?? group ?? entry?.[3]) || 0 };
}

/** What images write where a user has no home that it could write to. */
const homeless: ReadonlySet<string> = new Set(["", "/", "/nonexistent"]);

function nameFor(user: string): string {
  return /^\d*$/.test(user) ? unnamedUser : user;
}

function fields(line: string): readonly string[] {
  return line.split(":");
}

function lines(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}

function join(all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}
