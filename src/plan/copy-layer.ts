import { posix } from "node:path";
import { digestOf } from "../digest.ts";
import { comparePaths } from "../host/path-order.ts";
import type { CopyLayer } from "../spec/spec.ts";
import type { ContextEntry } from "./plan.ts";
import { shellQuote } from "./quote.ts";
import type { Step } from "./run-step.ts";

/** A step with the result of a COPY, whose parent folders would have the time of the build. */
export function copyStep(layer: CopyLayer): Step {
  const target = targetOf(layer);
  const sources = layer.from.map((path) => posix.normalize(path));
  const words = [
    ...(layer.owner === undefined ? [] : [`--chown=${layer.owner}`]),
    ...(layer.mode === undefined ? [] : [`--chmod=${layer.mode}`]),
    ...(sources[0]?.startsWith("-") ? ["--"] : []),
    ...sources.map(shellQuote),
    shellQuote(target),
  ];
  const copy = { folder: contextFolder(layer), words: words.join(" "), target, owner: layer.owner };
  return { copies: [copy], flags: [], command: undefined };
}

function targetOf({ from, to }: CopyLayer): string {
  return posix.normalize(from.length > 1 ? `${to}/` : to);
}

/** Plain whatever the sources are called, and the same while their content changes. */
function contextFolder({ from, to, owner, mode }: CopyLayer): string {
  return `.devenv/copy/${digestOf([from, to, owner, mode]).slice(0, 12)}`;
}

/** What was collected for a layer, at its place in the build context: each source under its number. */
export function copyEntries(layer: CopyLayer, entries: readonly ContextEntry[]): readonly ContextEntry[] {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const folder = contextFolder(layer);
  const placed = layer.from.flatMap((source, index) => {
    const path = followLinks(byPath, posix.normalize(source));
    const place = `${folder}/${index}`;
    if (path === ".")
      return [rootFolder(place), ...entries.map((entry) => ({ ...entry, path: `${place}/${entry.path}` }))];
    return entries
      .filter((entry) => entry.path === path || entry.path.startsWith(`${path}/`))
      .map((entry) => ({ ...entry, path: `${place}${entry.path.slice(path.length)}` }));
  });
  return [rootFolder(folder), ...placed].sort((one, other) => comparePaths(one.path, other.path));
}

function rootFolder(path: string): ContextEntry {
  return { kind: "folder", path };
}

/** Where a source really lies; the links on the way to it are among the entries, and none leads in a circle. */
function followLinks(entries: ReadonlyMap<string, ContextEntry>, source: string): string {
  const rest = namesOf(source);
  let path = ".";
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    const next = posix.join(path, name);
    const entry = entries.get(next);
    if (entry?.kind === "link") rest.unshift(...namesOf(entry.target));
    else path = next;
  }
  return path;
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}
