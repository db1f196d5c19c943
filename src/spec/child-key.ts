import { parseKeyPath, printKeyPath } from "../config/key-path.ts";

/** A key below another; the empty key is the top of the config. */
export function childKey(parent: string, child: string): string {
  return printKeyPath([...parseKeyPath(parent), child]);
}
