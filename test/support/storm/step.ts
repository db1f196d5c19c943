/** One random operation of somebody who does anything at all in a folder; knows which content must not be lost. */
import type { FolderEntry, FolderUser } from "../folder-user.ts";

export interface StormStep {
  readonly user: FolderUser;
  readonly random: () => number;
  /** Contents that were written and that nobody who saw them overwrote or removed. */
  readonly live: Set<string>;
  /** All that there ever was: who cuts a file back to what both sides had agreed upon changed nothing. */
  readonly seen: Set<string>;
  /** No other call has the same. */
  readonly number: number;
  /** Nothing but files, folders and links: no rules, no git, nothing held open. */
  readonly isPlain?: boolean;
  /** Names of files that are held open, which begin with that of the user. */
  readonly held: Set<string>;
  log(line: string): void;
}

const names = [
  ...[
    "a",
    "b",
    "c",
    "A",
    "d e",
    "\u00e9",
    "e\u0301",
    "\u{1f980}",
    "-rf",
    "back\\slash",
    "new\nline",
    "'\"$(x)`",
    "%2e%2e",
  ],
  ...["...", " lead", "trail ", "tab\t", "*?[x]", "#hash#", "~", ".hidden", "con", "x".repeat(200), "\u202e\u0001"],
];

const deepest = 4;
/** So many hash signs, to the user: a file that is carried as a stream. */
const long = "#*100000";

const mostHeld = 4;

/** What somebody held open who has ended. */
export function forgetHeld(held: Set<string>, { name }: FolderUser): void {
  for (const one of held) if (one.startsWith(`${name} `)) held.delete(one);
}

type Late = Omit<StormStep, "random" | "user">;

export async function releaseAll(users: readonly FolderUser[], late: Late): Promise<void> {
  for (let count = 0; late.held.size > 0; count += 1) {
    for (const user of users) await release({ ...late, user, number: late.number + count / 100 });
  }
}

/** Writes late to a file that is held open, and closes it. */
async function release({ user, live, seen, number, held, log }: Late & Pick<StormStep, "user">): Promise<void> {
  const name = [...held].find((one) => one.startsWith(`${user.name} `));
  if (name === undefined) return;
  held.delete(name);
  const text = `<late ${number}>`;
  const before = new Set(live);
  const [old] = (await user.act("release", name, text)) ?? [];
  log(`${user.name} release ${name} ${JSON.stringify(old)}`);
  if (old === undefined) return;
  if (before.has(old)) live.delete(old);
  live.add(old + text);
  seen.add(old + text);
}

function someRules(pick: <Item>(items: readonly Item[]) => Item | undefined): string {
  const rules = [
    "a",
    "b/",
    "!a",
    "/c",
    "*",
    "!*",
    "!*/",
    "/*/",
    "d e",
    "*.log",
    "**/b",
    "x*",
    "[A-Z]",
    "\\#hash#",
    "a/**",
    "...",
  ];
  return `${Array.from({ length: pick([0, 1, 2, 3]) ?? 0 }, () => pick(rules) ?? "").join("\n")}\n`;
}

/** Makes one random operation. */
export async function stormStep(step: StormStep): Promise<void> {
  const { user, random, live, seen, number, held, log } = step;
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)];
  const entries = await user.tree();
  const somewhere = () => {
    const folders = entries.filter(({ kind, path }) => kind === "folder" && path.split("/").length < deepest);
    const folder = random() < 0.2 ? "" : (pick(folders)?.path ?? "");
    const name = pick(names) ?? "a";
    return folder === "" ? name : `${folder}/${name}`;
  };
  const some = (...kinds: readonly FolderEntry["kind"][]) =>
    pick(entries.filter(({ kind }) => kinds.includes(kind)))?.path ?? somewhere();
  const text = `<${user.name} ${number}>`;
  const act = async (operation: string, ...args: readonly string[]) => {
    const gone = await user.act(operation, ...args);
    for (const content of gone ?? []) live.delete(content);
    const told = gone === undefined ? "refused" : JSON.stringify(gone);
    log(`${user.name} ${operation} ${JSON.stringify(args)} ${told}`);
    return gone;
  };
  const count = (content: string) => {
    live.add(content);
    seen.add(content);
  };
  /** A content counts from before it is seen by the other side. */
  const write = async (operation: string, path: string, content = text) => {
    count(content);
    if ((await act(operation, path, content)) === undefined) live.delete(content);
  };
  const everything = ["file", "folder", "link"] as const;
  const actions: Record<string, () => Promise<unknown>> = {
    create: () => write("write", somewhere()),
    overwrite: () => write("write", some("file")),
    save: () => write("save", some("file")),
    /** It changes while it is read, and does not go over in one piece. */
    async writeSlowly() {
      await write("slowly", some("file"), random() < 0.5 ? text + long : text);
    },
    async append() {
      const [old] = (await act("append", some("file"), text)) ?? [];
      if (old !== undefined) count(old + text);
    },
    async truncate() {
      const length = 1 + Math.floor(random() * 8);
      const before = new Set(live);
      const [old] = (await act("truncate", some("file"), String(length))) ?? [];
      // nothing is written then
      const isSame = old?.length === length;
      if (old !== undefined && isSame && before.has(old)) live.add(old);
      if (old === undefined || isSame) return;
      const cut = old.length > length ? old.slice(0, length) : old.padEnd(length, "\0");
      if (old !== "" && !seen.has(cut)) count(cut);
    },
    remove: () => act("remove", some(...everything)),
    discard: () => act("discard", some(...everything)),
    makeFolder: () => act("mkdir", somewhere()),
    makeLink: () => act("symlink", somewhere(), pick([...names, "../a", "/etc/passwd", ".."]) ?? "a"),
    setMode: () => act("chmod", some("file", "folder"), pick(["644", "755", "700", "600", "750"]) ?? "644"),
    move: () => act("move", some(...everything), somewhere()),
    moveFolder: () => act("move", some("folder"), somewhere()),
    async changeCase() {
      const path = some("file", "folder");
      const cut = path.lastIndexOf("/") + 1;
      const name = path.slice(cut);
      const other = name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase();
      await act("move", path, path.slice(0, cut) + other);
    },
    async swapKind() {
      const path = some(...everything);
      await act(pick(["remove", "discard"]) ?? "remove", path);
      const kind = pick(["mkdir", "symlink", "write"]);
      if (kind === "write") await write("write", path);
      else if (kind === "mkdir") await act("mkdir", path);
      else await act("symlink", path, "a");
    },
  };
  const further = {
    changeRules: () =>
      act("write", pick([".gitignore", ".gitignore", `${some("folder")}/.gitignore`]) ?? "", someRules(pick)),
    async hold() {
      const name = `${user.name} ${number}`;
      if (held.size < mostHeld && (await act("hold", some("file"), name)) !== undefined) held.add(name);
    },
    release: () => release(step),
    stage: () => act("git", "add", "--all", "storm"),
    stageOne: () => act("git", "--literal-pathspecs", "add", "--force", "--", `storm/${some("file")}`),
    unstage: () =>
      act("git", "--literal-pathspecs", "rm", "-r", "--cached", "--quiet", "--", `storm/${some("file", "folder")}`),
    commit: () => act("git", "commit", "--quiet", "--allow-empty", "--message", text),
    look: () => act("git", "status"),
    collect: () => (random() < 0.1 ? act("git", "gc", "--quiet") : act("git", "pack-refs", "--all")),
  } satisfies typeof actions;
  if (step.isPlain !== true) Object.assign(actions, further);
  const often = ["create", "create", "overwrite", "save", "append", "makeFolder"];
  // the tree must not grow without end
  const less = entries.length > 80 ? ["remove", "discard", "discard", "discard"] : [];
  await actions[pick([...Object.keys(actions), ...often, ...less]) ?? "create"]?.();
}
