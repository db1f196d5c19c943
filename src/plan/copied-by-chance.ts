/** What is in an image only since a `copy` layer takes a whole folder: env files, and the project's history. */
import { posix } from "node:path";
import type { ImagePlan } from "./plan.ts";

export interface CopiedByChance {
  /** Config key of the layer. */
  readonly key: string;
  /** Relative to the project, each a line for `.dockerignore`. */
  readonly paths: readonly string[];
}

/** By layer; `envFiles` are those of the config, relative to the project. */
export function copiedByChance(
  { key, facts }: Pick<ImagePlan, "key" | "facts">,
  envFiles: readonly string[],
): readonly CopiedByChance[] {
  const known = new Set(envFiles.map((file) => posix.normalize(file)));
  return Object.entries(facts).flatMap(([place, pieces]) => {
    const files = pieces.flatMap(({ what, name }) => (what === "file" ? [name] : []));
    const paths = files.flatMap((path) => (known.has(path) || isEnvFile(path) ? [path] : gitFolder(path)));
    return paths.length === 0 ? [] : [{ key: `${key}.${place}`, paths: [...new Set(paths)].sort() }];
  });
}

/** Examples of one are for everybody. */
function isEnvFile(path: string): boolean {
  const name = posix.basename(path);
  return /^\.env(\.|$)/.test(name) && !/\.(example|sample|template|dist|defaults?|schema)$/.test(name);
}

function gitFolder(path: string): readonly string[] {
  const names = path.split("/");
  const index = names.indexOf(".git");
  return index < 0 ? [] : [names.slice(0, index + 1).join("/")];
}
