/** Which process gave a temporary name: what one that has ended left may go at once. */
import { randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { sha256 } from "../../digest.ts";

/** `unknown`: it cannot be seen from here, or cannot be told from another one. */
export type OwnerState = "own" | "ended" | "unknown";

/** Where the number of a process counts: on this machine since it was started, and in this space of numbers. */
const place = sha256([hostname(), textOf("/proc/sys/kernel/random/boot_id"), linkOf("/proc/self/ns/pid")].join("\n"));
const self = linkOf("/proc/self");
/** Without a number there are no two alike either, but of others nothing is known. */
const numbers = self === "" ? `0-${randomBytes(6).toString("hex")}` : `${self}-${startOf(self) ?? "0"}`;

/** Of this process, as part of a name: word characters and dashes. */
export const ownMark = `${place.slice(0, 8)}-${numbers}`;

export function stateOf(mark: string): OwnerState {
  if (mark === ownMark) return "own";
  const [otherPlace, number = "", started] = mark.split("-");
  if (self === "" || otherPlace !== place.slice(0, 8)) return "unknown";
  return startOf(number) === started ? "unknown" : "ended";
}

/** In the system's ticks; undefined where there is no such process. */
function startOf(number: string): string | undefined {
  const stat = textOf(`/proc/${number}/stat`);
  // the name, in parentheses, may hold spaces and parentheses itself
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // one that has ended, and that nobody has asked about
  return ["Z", "X"].includes(fields[0] ?? "") ? undefined : fields[19];
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return "";
  }
}
