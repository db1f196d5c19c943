/** `devenv prune` for people. Pure. */
import type { PruneResult } from "../env/prune.ts";
import { printMegabytes } from "./progress/format.ts";
import type { Style } from "./style.ts";

type Item = PruneResult["items"][number];

const titles = ["KIND", "NAME", "SIZE", "AGE", "REASON"];
const gap = "  ";

/** `now` in milliseconds since the epoch. Nothing at all when there is nothing. */
export function printPruned({ items, size }: PruneResult, { now, style }: { now: number; style: Style }): string {
  if (items.length === 0) return "";
  const rows = items.map((item) => cells(item, now));
  const total = ["total", "", printMegabytes(size)];
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...[...rows, total].map((row) => row[column]?.length ?? 0)),
  );
  const print = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(gap)
      .trimEnd();
  return `${[style.dim(print(titles)), ...rows.map(print), style.bold(print(total))].join("\n")}\n`;
}

export function printPruneSummary({ project, dryRun, items }: PruneResult): string {
  if (items.length === 0) return `${project}: nothing to remove\n`;
  const count = items.length === 1 ? "1 item" : `${items.length} items`;
  return dryRun ? `${project}: \`devenv prune\` would remove ${count}\n` : `${project}: removed ${count}\n`;
}

function cells({ kind, name, size, created, reason }: Item, now: number): readonly string[] {
  const age = created === null ? "-" : printAge(now - Date.parse(created));
  return [kind, shortName(name), size === null ? "-" : printMegabytes(size), age, reason];
}

/** A fingerprint or an id cut to the 12 digits that people compare. */
function shortName(name: string): string {
  return name.replace(/([:]|^)([0-9a-f]{12})[0-9a-f]{52}$/, "$1$2").replace(/^localhost\//, "");
}

/** In the largest unit of which there is at least one. */
function printAge(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes}m`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)}h`;
  return `${Math.floor(minutes / (24 * 60))}d`;
}
