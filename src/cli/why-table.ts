/** `devenv why` for people. Pure. */
import type { WhyDockerfile, WhyResult } from "../env/why.ts";
import { printPlace } from "../errors/entry.ts";
import type { Style } from "./style.ts";

export function printWhy({ project, environments }: WhyResult, style: Style): string {
  return environments
    .flatMap(({ name, built, changes }) => {
      const title = `${project} · ${name}`;
      const image = built ? "" : "; the image is not built";
      if (changes === undefined) return [`${title} has no container yet${image}`];
      if (changes.length === 0) return [`${title} is up to date${image}`];
      const lines = changes.map(({ input, change, key, place }) => {
        const where = [key, place && `(${printPlace(place)})`].filter((part) => part !== undefined).join(" ");
        return `  ${input.replace(/^image\./, "image: ")} ${change}${where === "" ? "" : `   ${style.dim(where)}`}`;
      });
      return [`${title} differs from its container${image}:`, ...lines];
    })
    .join("\n")
    .concat("\n");
}

/** Each line with its number, and where the key changes, what made it. */
export function printOrigins(dockerfiles: readonly WhyDockerfile[], style: Style): string {
  return dockerfiles
    .map(({ name, lines }) => {
      const body = lines.flatMap(({ line, text, key, place }, index) => {
        const isNew = index === 0 || lines[index - 1]?.key !== key;
        const origin = key === undefined ? "devenv" : `${key}${place === undefined ? "" : ` (${printPlace(place)})`}`;
        return [...(isNew ? [style.dim(`# ${origin}`)] : []), `${String(line).padStart(4)}  ${text}`];
      });
      return [...(dockerfiles.length === 1 ? [] : [`environment ${name}`]), ...body].join("\n");
    })
    .join("\n\n")
    .concat("\n");
}
