import { devenvError } from "../../errors.ts";
import { reasonOf } from "../../host/reason.ts";
import type { ProjectFolder } from "./folder.ts";

type Names = Readonly<Record<string, string>>;

/** What detection reads of a package.json; anything of another type counts as absent. */
export interface PackageJson {
  readonly name: string | undefined;
  readonly packageManager: string | undefined;
  readonly engines: Names;
  readonly scripts: Names;
  /** Ranges of all direct dependencies, of whatever kind. */
  readonly dependencies: Names;
}

/** Undefined without one; throws PROJECT_UNREADABLE. */
export function readPackageJson(folder: ProjectFolder): PackageJson | undefined {
  const value = readJson(folder, "package.json");
  if (value === undefined) return undefined;
  return {
    name: typeof value.name === "string" ? value.name : undefined,
    packageManager: typeof value.packageManager === "string" ? value.packageManager : undefined,
    engines: namesOf(value.engines),
    scripts: namesOf(value.scripts),
    dependencies: allDependencies(value),
  };
}

/** Whether npm's lock file, if there is one, is of the dependencies that package.json has now. */
export function npmLockFits(folder: ProjectFolder, { dependencies }: PackageJson): boolean {
  const lock = readJson(folder, "package-lock.json") ?? readJson(folder, "npm-shrinkwrap.json");
  if (lock === undefined) return false;
  const packages = lock.packages;
  // npm's lock files before version 2 do not say what package.json asked for.
  if (!isRecord(packages)) return Object.keys(dependencies).every((name) => name in recordOf(lock.dependencies));
  const locked = allDependencies(recordOf(packages[""]));
  return (
    Object.keys(locked).length === Object.keys(dependencies).length &&
    Object.entries(dependencies).every(([name, range]) => locked[name] === range)
  );
}

function allDependencies(manifest: Readonly<Record<string, unknown>>): Names {
  const kinds = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];
  return Object.assign({}, ...kinds.toReversed().map((kind) => namesOf(manifest[kind])));
}

function readJson(folder: ProjectFolder, file: string): Readonly<Record<string, unknown>> | undefined {
  const text = folder.read(file);
  if (text === undefined) return undefined;
  try {
    return recordOf(JSON.parse(text));
  } catch (error) {
    throw devenvError("PROJECT_UNREADABLE", { file, reason: `it is not JSON: ${reasonOf(error)}` }, error);
  }
}

function namesOf(value: unknown): Names {
  return Object.fromEntries(
    Object.entries(recordOf(value)).filter((item): item is [string, string] => typeof item[1] === "string"),
  );
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
