/** `devenv verify` for people and for programs. Pure. */
import { relative } from "node:path";
import type { LayerDiff, VerifyResult } from "../env/verify.ts";
import { printPlace, type SourcePlace } from "../errors/entry.ts";
import type { ChangedPath, Difference, TreeDiff } from "../plan/content/diff.ts";
import type { Style } from "./style.ts";
import { visible } from "./visible.ts";

export interface VerifyView {
  /** How many files of a layer are named; undefined: all. */
  readonly limit: number | undefined;
  readonly cwd: string;
  readonly style: Style;
}

/** One line for what is equal; else each layer that differs, and its files like a diff. */
export function printVerified({ environments }: VerifyResult, view: VerifyView): string {
  const { style } = view;
  return environments
    .map(({ name, layers }) => {
      if (layers.length === 0) return `${name}: ${style.green("equal")}\n`;
      const count = layers.length === 1 ? "1 place" : `${layers.length} places`;
      return `${name}: ${style.red("different")} in ${count}\n${layers.map((layer) => printLayer(layer, view)).join("")}`;
    })
    .join("");
}

/** The document of `--json`: every file. `files` is false where nothing but digests could be compared. */
export function verifiedJson({ equal, environments }: VerifyResult): object {
  const none: TreeDiff = { added: [], removed: [], changed: [] };
  const layers = environments.flatMap(({ name, layers: differing }) =>
    differing.map(({ key, place, diff }) => ({
      environment: name,
      key,
      place,
      files: diff !== undefined,
      ...(diff ?? none),
    })),
  );
  return { equal, environments: environments.map(({ name, content }) => ({ name, content })), layers };
}

function printLayer({ key, place, diff }: LayerDiff, { limit, cwd, style }: VerifyView): string {
  const at = place === undefined ? "" : ` (${printPlace(shownPlace(place, cwd))})`;
  const lines = diff === undefined ? ["the locked image is not here: its files are not known"] : diffLines(diff, style);
  const shown = lines.slice(0, limit);
  const rest = lines.length - shown.length;
  const more = rest === 0 ? [] : [style.dim(`and ${rest} more; \`--verbose\` names all`)];
  return [`  ${style.bold(key)}${at}`, ...[...shown, ...more].map((line) => `    ${line}`)]
    .map((line) => `${line}\n`)
    .join("");
}

function shownPlace(place: SourcePlace, cwd: string): SourcePlace {
  return { ...place, file: place.file.startsWith("/") ? relative(cwd, place.file) : place.file };
}

function diffLines({ added, removed, changed }: TreeDiff, style: Style): readonly string[] {
  if (added.length + removed.length + changed.length === 0) return ["the base image itself"];
  return [
    ...added.map((path) => style.green(`+ ${visible(path)}`)),
    ...removed.map((path) => style.red(`- ${visible(path)}`)),
    ...changed.map((item) => style.yellow(`~ ${printChanged(item)}`)),
  ];
}

function printChanged({ path, differences }: ChangedPath): string {
  return `${visible(path)}  ${differences.map(printDifference).join(", ")}`;
}

/** Digests tell people nothing, and neither do the bytes of attributes. */
function printDifference({ what, from, to }: Difference): string {
  if (what === "content" || what === "xattrs") return what;
  const [one, other] = [from, to].map((value) => (value === "" ? "none" : visible(value)));
  return what === "value" ? `${one} → ${other}` : `${what} ${one} → ${other}`;
}
