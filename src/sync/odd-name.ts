/** Names that are not UTF-8, as watchers tell of them: with a replacement character, as which nothing is found. */
import type { Path } from "./entry.ts";
import type { Side } from "./side.ts";
import { nameOf, parentOf } from "./tree.ts";

/** The problem that is in the place of what is not found; undefined where nothing is. */
export async function problemAt(side: Side, path: Path): Promise<string | undefined> {
  if (!nameOf(path).includes("\uFFFD")) return undefined;
  const child = (await side.list(parentOf(path)))?.children.get(nameOf(path));
  return typeof child === "string" ? child : undefined;
}
