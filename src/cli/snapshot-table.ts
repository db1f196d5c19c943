/** Snapshots for people. Pure. */
import type { SnapshotDetails, SnapshotSummary } from "../env/snapshot/describe.ts";
import { printMegabytes } from "./progress/format.ts";
import type { Style } from "./style.ts";

const titles = ["NAME", "ENVIRONMENT", "CREATED", "SIZE", "PARENT", "MESSAGE"];
const gap = "  ";

export function printSnapshots(snapshots: readonly SnapshotSummary[], style: Style): string {
  const rows = snapshots.map(cells);
  const widths = titles.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const print = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(gap);
  const lines = [style.dim(print(titles).trimEnd()), ...rows.map((row) => print(row).trimEnd())];
  return `${lines.join("\n")}\n`;
}

function cells({ name, environment, created, size, parent, message }: SnapshotSummary): readonly string[] {
  return [name, environment, printTime(created), printMegabytes(size), parent ?? "-", message?.split("\n")[0] ?? ""];
}

export function printSnapshot(snapshot: SnapshotDetails, style: Style): string {
  const { git, user, layers } = snapshot;
  const own = layers.own === null ? "" : `, ${layers.own} on the environment's image (${ownSize(snapshot)})`;
  const rows: readonly (readonly [string, string | null])[] = [
    ["name", snapshot.name],
    ["environment", snapshot.environment],
    ["message", snapshot.message],
    ["created", printTime(snapshot.created)],
    ["parent", snapshot.parent],
    ["commit", git === null ? null : `${git.commit}${git.dirty ? " with changes" : ""}`],
    ["user", user.uid === null ? user.name : `${user.name} (uid ${user.uid})`],
    ["fingerprint", snapshot.fingerprint],
    ["image", snapshot.image],
    ["layers", `${layers.total}${own}`],
    ["size", printMegabytes(snapshot.size)],
  ];
  const width = Math.max(...rows.map(([title]) => title.length));
  return rows
    .flatMap(([title, value]) => (value === null ? [] : [`${style.dim(title.padEnd(width))}${gap}${value}\n`]))
    .join("");
}

/** The closing words of `snapshot`. */
export function printTaken(project: string, snapshot: SnapshotDetails, style: Style): string {
  const { name, environment, layers } = snapshot;
  const size = layers.ownSize === null ? "" : `   ${ownSize(snapshot)} on the environment's image`;
  return `${style.green(`${project} · ${environment} is kept as ${name}`)}${size}\n  ${style.bold(`devenv snapshot restore ${name}`)}\n`;
}

function ownSize({ layers }: SnapshotDetails): string {
  return printMegabytes(layers.ownSize ?? 0);
}

/** Of an ISO time what people read, still in UTC. */
function printTime(created: string): string {
  return created.replace(/^(.*)T(\d\d:\d\d:\d\d).*$/, "$1 $2 UTC");
}
