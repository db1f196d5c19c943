import { minVersion, satisfies, valid, validRange } from "semver";
import { DEFAULT_NODE_VERSION } from "../../config/presets.ts";
import type { ProjectFolder } from "./folder.ts";
import type { PackageJson } from "./package-json.ts";
import type { Stated } from "./part.ts";

export interface NodeVersion {
  /** Exact. */
  readonly version: string;
  /** Undefined: nothing in the project asks for one. */
  readonly stated: Stated | undefined;
}

/** One release of each line, the preferred line first. */
const releases = [DEFAULT_NODE_VERSION, "22.23.3", "20.20.2", "18.20.8", "16.20.2", "14.21.3"];

const codenames: Readonly<Record<string, string>> = { krypton: "24", jod: "22", iron: "20", hydrogen: "18" };

/** The Node that a project asks for, as one exact version. */
export function nodeVersionOf(folder: ProjectFolder, manifest: PackageJson | undefined): NodeVersion {
  const { node } = manifest?.engines ?? {};
  const statements: readonly Stated[] = [
    ...[".nvmrc", ".node-version"].flatMap((source) => {
      const value = firstLine(folder.read(source));
      return value === undefined ? [] : [{ value, source }];
    }),
    ...(node === undefined ? [] : [{ value: node, source: "engines of package.json" }]),
  ];
  for (const stated of statements) {
    const version = exactVersion(stated.value);
    if (version !== undefined) return { version, stated };
  }
  return { version: DEFAULT_NODE_VERSION, stated: undefined };
}

/** The npm that runs on a Node for which the newest one is too new; undefined: the newest does. */
export function npmFor(nodeVersion: string): string | undefined {
  if (satisfies(nodeVersion, "^20.17.0 || >=22.9.0")) return undefined;
  return satisfies(nodeVersion, "^18.17.0 || >=20.5.0") ? "10.9.9" : "9.9.4";
}

function exactVersion(text: string): string | undefined {
  const [, codename] = /^lts\/(\w+)$/.exec(text) ?? [];
  const wanted = codename === undefined ? text : (codenames[codename] ?? text);
  const exact = valid(wanted);
  if (exact !== null) return exact;
  const range = validRange(wanted);
  if (range === null) return undefined;
  return releases.find((release) => satisfies(release, range)) ?? minVersion(range)?.version;
}

function firstLine(text: string | undefined): string | undefined {
  const lines = text?.split(/\r?\n/).map((line) => line.replace(/#.*/, "").trim());
  return lines?.find((line) => line !== "");
}
