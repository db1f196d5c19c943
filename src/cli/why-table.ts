/** `devenv why` for people. Pure. */
import type { WhyDockerfile, WhyEnvironment, WhyResult } from "../env/why.ts";
import { printPlace, type SourcePlace } from "../errors/entry.ts";
import type { FactChange } from "../plan/fact-changes.ts";
import type { Style } from "./style.ts";
import { visible } from "./visible.ts";

type WhyChange = NonNullable<WhyEnvironment["changes"]>[number];

export interface WhyView {
  /** How many details of an input are named; undefined: all. */
  readonly limit: number | undefined;
  readonly style: Style;
}

export function printWhy({ project, environments, unread }: WhyResult, view: WhyView): string {
  const print = unread === undefined ? printState : printRecorded;
  const source = unread === undefined ? [] : [`${view.style.yellow("told from labels alone:")} ${unread}`];
  return environments
    .flatMap((environment) => {
      const { name, changes = [] } = environment;
      const lines = changes.flatMap((change) => [printInput(change, view.style), ...printDetails(change, view)]);
      return [`${project} · ${name} ${print(environment)}${lines.length === 0 ? "" : ":"}`, ...lines];
    })
    .concat(source)
    .join("\n")
    .concat("\n");
}

/** Without the config. */
function printRecorded({ built, changes }: WhyEnvironment): string {
  const image = built ? "" : "; its image is gone";
  if (changes === undefined) return `has a container, and nothing is written down about it${image}`;
  return `${changes.length === 0 ? "is" : "is not"} what the last \`devenv up\` planned${image}`;
}

function printState({ built, since, changes = [] }: WhyEnvironment): string {
  const image = built ? "" : "; the image is not built";
  if (since !== "container") {
    return `has no container yet${image}${changes.length === 0 ? "" : " and differs from the last one"}`;
  }
  return changes.length === 0 ? `is up to date${image}` : `differs from its container${image}`;
}

function printInput({ input, change, key, place }: WhyChange, style: Style): string {
  const where = [key, place && `(${printPlace(place)})`].filter((part) => part !== undefined).join(" ");
  return `  ${input.replace(/^image\./, "image: ")} ${change}${where === "" ? "" : `   ${style.dim(where)}`}`;
}

function printDetails({ details = [] }: WhyChange, { limit, style }: WhyView): readonly string[] {
  const shown = details.slice(0, limit);
  const rest = details.length - shown.length;
  const lines = shown.map(printDetail);
  const more = rest === 0 ? [] : [style.dim(`and ${rest} more; \`--verbose\` names all`)];
  return [...lines, ...more].map((line) => `      ${line}`);
}

/** `package git 2.39 → 2.40`, `file src/a.txt added`, `command make → make all`. */
function printDetail({ what, name, change, from, to }: FactChange): string {
  const subject = [what === "option" ? "" : what, visible(name)].filter((word) => word !== "").join(" ");
  if (change === "changed" && from !== undefined && to !== undefined) return `${subject} ${brief(from)} → ${brief(to)}`;
  const value = what === "package" ? (to ?? from) : undefined;
  return [subject, ...(value === undefined ? [] : [visible(value)]), change].join(" ");
}

const longest = 60;

function brief(text: string): string {
  const line = visible(text.replaceAll(/\s+/g, " ").trim());
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

/** Each line with its number, and where the key changes, what made it. */
export function printOrigins(dockerfiles: readonly WhyDockerfile[], style: Style): string {
  return dockerfiles
    .map(({ name, lines }) => {
      const body = lines.flatMap(({ line, text, key, place, copies = [] }, index) => {
        const isNew = index === 0 || lines[index - 1]?.key !== key;
        const origin = key === undefined ? "devenv" : [...copies, { key, place }].map(printOrigin).join(", ");
        return [...(isNew ? [style.dim(`# ${origin}`)] : []), `${String(line).padStart(4)}  ${text}`];
      });
      return [...(dockerfiles.length === 1 ? [] : [`environment ${name}`]), ...body].join("\n");
    })
    .join("\n\n")
    .concat("\n");
}

function printOrigin({ key, place }: { readonly key: string; readonly place: SourcePlace | undefined }): string {
  return place === undefined ? key : `${key} (${printPlace(place)})`;
}
