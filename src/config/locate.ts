import { basename, extname } from "node:path";
import type { KeyPath } from "./key-path.ts";
import { positionAt, type TextPosition } from "./source-text.ts";

/**
 * Where a key stands in a config file: the deepest part of its path that the file spells out, so an
 * imported or computed part gives the place that brings it in. Undefined when there is none.
 */
export async function locateKey(file: string, text: string, path: KeyPath): Promise<TextPosition | undefined> {
  const offset = await offsetOf(file, text, path);
  return offset === undefined ? undefined : positionAt(text, offset);
}

// The parsers are loaded here, not above: a config without a mistake needs neither.
async function offsetOf(file: string, text: string, path: KeyPath): Promise<number | undefined> {
  if ([".json", ".yaml", ".yml"].includes(extname(file))) {
    const { locateInData } = await import("./locate-data.ts");
    return locateInData(text, basename(file) === "package.json" ? ["devenv", ...path] : path);
  }
  const [{ parseSync }, { locateInScript }] = await Promise.all([import("oxc-parser"), import("./locate-script.ts")]);
  return locateInScript(parseSync(file, text).program, path);
}
