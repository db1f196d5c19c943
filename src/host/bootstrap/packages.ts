/** The packages that a base is made of. Pure. */
import { digestOf, type Sha256 } from "../../digest.ts";
import type { LockedPackage } from "../packages/package-places.ts";

/** By name. */
export type BootstrapPackages = Readonly<Record<string, LockedPackage>>;

/** Gives the file of each package by its name, its content as pinned. */
export type FetchBootstrapPackages = (packages: BootstrapPackages) => Promise<ReadonlyMap<string, string>>;

/** Counts up when the way of making a base from packages changes what comes out. */
export const bootstrapRecipe = 3;

export function packageNames(packages: BootstrapPackages): readonly string[] {
  return Object.keys(packages).sort();
}

/** Where packages come from says nothing of what they are. */
export function digestOfPackages(packages: BootstrapPackages): Sha256 {
  return digestOf(packageNames(packages).map((name) => [name, packages[name]?.sha256]));
}
