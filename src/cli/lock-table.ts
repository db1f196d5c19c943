/** What `devenv lock` changed, for people. Pure. */
import type { LockResult } from "../env/lock/lock.ts";
import type { LockChange } from "../lock/changes.ts";
import type { Style } from "./style.ts";

const titles = ["NAME", "FROM", "TO"];
const gap = "  ";
/** More new packages than this are counted, not listed: those of a whole base say nothing one by one. */
const mostAdded = 20;

export interface LockTableView {
  readonly style: Style;
  /** List everything. */
  readonly verbose: boolean;
}

/** Nothing at all when nothing changed. */
export function printLockChanges({ changes }: LockResult, { style, verbose }: LockTableView): string {
  if (changes.length === 0) return "";
  const added = changes.filter(isAddedPackage);
  const isCut = !verbose && added.length > mostAdded;
  const shown = isCut ? changes.filter((change) => !isAddedPackage(change)) : changes;
  const several = new Set(changes.map(({ platform }) => platform).filter((one) => one !== undefined)).size > 1;
  const counted = `${added.length} packages that were not locked before (--verbose lists them)`;
  if (shown.length === 0) return `${style.dim(counted)}\n`;
  const rows = shown.map((change) => cells(change, several));
  const widths = titles.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const print = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(gap)
      .trimEnd();
  const rest = isCut ? [style.dim(`and ${counted}`)] : [];
  return `${[style.dim(print(titles)), ...rows.map(print), ...rest].join("\n")}\n`;
}

export function printLockSummary({ project, file, written, changes }: LockResult): string {
  if (!written) return `${project}: ${file} is up to date\n`;
  return `${project}: ${file} written, ${changes.length === 1 ? "1 pin" : `${changes.length} pins`} changed\n`;
}

function isAddedPackage({ kind, from }: LockChange): boolean {
  return kind === "package" && from === undefined;
}

function cells({ kind, name, platform, from = "-", to = "-" }: LockChange, several: boolean): readonly string[] {
  const title = kind === "image" ? `image of ${name}` : name;
  return [several && platform !== undefined ? `${title} (${platform})` : title, from, to];
}
