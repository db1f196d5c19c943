import { randomBytes } from "node:crypto";
import type { Path } from "../entry.ts";
import { temporaryFolder, temporaryPrefix } from "../side.ts";
import { joinPath } from "../tree.ts";

/** Names for what is on its way into a place, or out of it. */
export interface TemporaryNames {
  /** What they all begin with, and those of nobody else. */
  readonly prefix: string;
  /** A new one, in use until the call has ended. */
  use<Result>(call: (name: string) => Promise<Result>): Promise<Result>;
  isInUse(name: string): boolean;
  isAnyInUse(): boolean;
}

/** Where what has such a name stands: the agent makes the folder. */
export function besideOf(name: string): Path {
  return joinPath(temporaryFolder, name);
}

export function createTemporaryNames(onUsed?: () => void): TemporaryNames {
  const prefix = `${temporaryPrefix}${randomBytes(4).toString("hex")}`;
  const inUse = new Set<string>();
  let count = 0;
  return {
    prefix,
    async use(call) {
      count += 1;
      const name = `${prefix}${count.toString(16).padStart(8, "0")}`;
      inUse.add(name);
      try {
        return await call(name);
      } finally {
        inUse.delete(name);
        onUsed?.();
      }
    },
    isInUse: (name) => inUse.has(name),
    isAnyInUse: () => inUse.size > 0,
  };
}
