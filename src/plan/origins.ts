/** Which config keys made a line of a Dockerfile. */
import type { LineOrigin } from "./plan.ts";

export function originAt(origins: readonly LineOrigin[], line: number): LineOrigin | undefined {
  return origins.find(({ from, to }) => from <= line && line <= to);
}

/** All keys, in the order in which the build does what they say. */
export function keysOf({ key, copies = [] }: LineOrigin): readonly string[] {
  return [...new Set([...copies, key])];
}
