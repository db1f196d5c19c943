import { fileURLToPath } from "node:url";

/** The files that a path import may mean, in this order: as written, with the ending of its TypeScript source, without one. */
export function importCandidates(specifier: string, parentUrl: string): readonly string[] {
  const target = fileURLToPath(new URL(specifier, parentUrl));
  const source = target.replace(/\.([mc]?)js$/, ".$1ts");
  return [target, source, ...endings.map((ending) => target + ending)];
}

const endings = [".ts", ".mts", ".js", ".mjs", ".cjs", ".json", "/index.ts", "/index.js"];
