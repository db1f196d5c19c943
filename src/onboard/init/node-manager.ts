import type { ProjectFolder } from "./folder.ts";
import { npmLockFits, type PackageJson } from "./package-json.ts";
import type { Part } from "./part.ts";

/** How a project's packages are installed and its scripts run. */
export interface NodeManager extends Pick<Part, "layers" | "env"> {
  readonly name: "npm" | "pnpm" | "yarn" | "bun";
  readonly install: string;
  /** An exact npm of its own. */
  readonly npm: string | undefined;
  run(script: string): string;
}

interface Manager {
  readonly locks: readonly string[];
  /** Its own settings. */
  readonly settings?: string;
  open(project: ManagedProject): Omit<NodeManager, "name">;
}

interface ManagedProject {
  readonly folder: ProjectFolder;
  readonly manifest: PackageJson;
  /** Exact, from `packageManager`. */
  readonly version: string | undefined;
  /** Its lock file is there. */
  readonly isLocked: boolean;
}

/** Where several have left lock files, the first one counts: npm's is the one most often left over. */
const managers: Readonly<Record<NodeManager["name"], Manager>> = {
  pnpm: { locks: ["pnpm-lock.yaml"], open: openPnpm },
  yarn: { locks: ["yarn.lock"], settings: ".yarnrc.yml", open: openYarn },
  bun: { locks: ["bun.lock", "bun.lockb"], open: openBun },
  npm: { locks: ["package-lock.json", "npm-shrinkwrap.json"], open: openNpm },
};

/** What package.json names, else what has left a lock file or settings, else npm. */
export function nodeManagerOf(folder: ProjectFolder, manifest: PackageJson): NodeManager {
  const names = Object.keys(managers) as NodeManager["name"][];
  const [, named, version] = /^(npm|pnpm|yarn|bun)@(\d+\.\d+\.\d+)/.exec(manifest.packageManager ?? "") ?? [];
  const hasLock = (name: NodeManager["name"]) => managers[name].locks.some((file) => folder.entries.includes(file));
  const hasSettings = (name: NodeManager["name"]) => folder.entries.includes(managers[name].settings ?? "/");
  const name =
    names.find((candidate) => candidate === named) ?? names.find(hasLock) ?? names.find(hasSettings) ?? "npm";
  return { name, ...managers[name].open({ folder, manifest, version, isLocked: hasLock(name) }) };
}

function openNpm({ folder, manifest, version }: ManagedProject): Omit<NodeManager, "name"> {
  return {
    layers: [],
    env: {},
    npm: version,
    install: npmLockFits(folder, manifest) ? "npm ci" : "npm install",
    run: (script) => (script === "test" || script === "start" ? `npm ${script}` : `npm run ${script}`),
  };
}

function openPnpm({ folder, version, isLocked }: ManagedProject): Omit<NodeManager, "name"> {
  const [, lockVersion] = /^lockfileVersion:\s*'?(\d+)/.exec(folder.read("pnpm-lock.yaml") ?? "") ?? [];
  const major = { "5": "7", "6": "8" }[lockVersion ?? ""] ?? "10";
  // Left to itself, pnpm keeps its store in the workspace, the only place on the same file system as the project.
  const store = "/home/dev/.local/share/pnpm/store";
  return {
    layers: [installed(`pnpm@${version ?? major}`)],
    env: { npm_config_store_dir: store },
    npm: undefined,
    install: isLocked ? "pnpm install --frozen-lockfile" : "pnpm install",
    run: (script) => (script === "test" || script === "start" ? `pnpm ${script}` : `pnpm run ${script}`),
  };
}

function openYarn({ folder, version, isLocked }: ManagedProject): Omit<NodeManager, "name"> {
  const isClassic =
    version === undefined
      ? !(folder.read("yarn.lock") ?? "").includes("__metadata:") && !folder.entries.includes(".yarnrc.yml")
      : version.startsWith("1.");
  const frozen = isClassic ? "yarn install --frozen-lockfile" : "yarn install --immutable";
  return {
    layers: [installed(isClassic ? `yarn@${version ?? "1"}` : `@yarnpkg/cli-dist@${version ?? "4"}`)],
    env: {},
    npm: undefined,
    install: isLocked ? frozen : "yarn install",
    run: (script) => `yarn run ${script}`,
  };
}

function openBun({ version, isLocked }: ManagedProject): Omit<NodeManager, "name"> {
  return {
    layers: [installed(`bun@${version ?? "1"}`)],
    env: {},
    npm: undefined,
    install: isLocked ? "bun install --frozen-lockfile" : "bun install",
    run: (script) => `bun run ${script}`,
  };
}

function installed(name: string): Part["layers"][number] {
  return { layer: "run", code: `run("npm install --global ${name}")` };
}
