/** A RUN instruction as devenv writes it. */
import { begin, finish, hostSecret, scriptFolder, settled, stepFolder } from "./build-script.ts";
import { copyFolder } from "./copy-script.ts";
import { shellQuote } from "./quote.ts";

/** What one RUN does: copies first, then a command. */
export interface Step {
  readonly copies?: readonly Copy[];
  /** Options of the RUN. */
  readonly flags: readonly string[];
  /** Undefined for one that only copies. */
  readonly command: string | undefined;
  /** Where the command writes, if it can be told: quicker than to search for it. */
  readonly places?: readonly string[];
  /** Folders that are not the image's own while the step runs. */
  readonly covers?: readonly string[];
  /** Folders to make at its end, if its user may. */
  readonly makes?: readonly string[];
}

/** Files of the build context that a step brings into the image. */
export interface Copy {
  /** In the build context. */
  readonly folder: string;
  /** Arguments of `copy`, quoted. */
  readonly words: string;
  readonly target: string;
  readonly owner: string | undefined;
}

/** A folder or file of the build context that a step sees. */
export function bindMount(source: string, target: string): string {
  return `--mount=type=bind,source=${source},target=${target}`;
}

/** A folder in memory, in which other mounts leave no trace. */
export function tmpfsMount(target: string): string {
  return `--mount=type=tmpfs,target=${target}`;
}

/** A folder kept between builds and left out of the image. */
export function cacheMount(target: string, id: string): string {
  return `--mount=type=cache,id=${id},target=${target},sharing=locked`;
}

/**
 * A RUN that has the host's certificates and proxies while it runs and leaves in the layer nothing of
 * them, nor of the time. The secret is mounted on every host, also where it is empty, so that all build the same.
 * `number`: which of the steps upon the base it is; what counts of a step by itself has none.
 */
export function printStep({ copies = [], flags, command, places = [], makes = [] }: Step, number?: number): string {
  const mounts = [
    tmpfsMount(stepFolder),
    // in that folder, since its mount point elsewhere would leave the time of the step
    `--mount=type=secret,id=${hostSecret},target=${stepFolder}/host,mode=0444`,
    bindMount(scriptFolder, `${stepFolder}/build`),
    ...copies.map(({ folder }, index) => bindMount(folder, `${copyFolder}/${index}`)),
    ...flags,
  ];
  const copying = copies.map(({ words }) => `copy ${words}`).join(" && ");
  const made = makes.map((folder) => `--mkdir=${folder}`);
  const end = [finish, ...[...(command === undefined ? [settled] : places), ...made].map(shellQuote)].join(" ");
  return `RUN ${mounts.join(" ")} \\\n    ${printScript({ copying, command, end, start: begin(number) })}`;
}

interface Script {
  /** Empty for no copies. */
  readonly copying: string;
  readonly command: string | undefined;
  readonly start: string;
  readonly end: string;
}

/** Each in a shell of its own: what a copy sets is nothing to the command, and that may exit or set what it likes. */
function printScript({ copying, command, start, end }: Script): string {
  const last = command ?? copying;
  const first = command === undefined || copying === "" ? "" : `(${copying}) &&`;
  if (isOneLine(copying) && isOneLine(last)) {
    const lines = [
      `${start};`,
      ...(first === "" ? [] : [first]),
      `(${last.startsWith("(") ? " " : ""}${last}); ${end}`,
    ];
    return lines.join(" \\\n    ");
  }
  const lines = [start, ...(first === "" ? [] : [first]), "(", last, ")", end];
  return JSON.stringify(["/bin/sh", "-c", lines.join("\n")]);
}

/** Several lines, a here-document or a trailing backslash would be read as Dockerfile syntax; a comment would hide what comes after it. */
function isOneLine(command: string): boolean {
  return !/[\r\n]|<<|\\$|(^|[\s;&|()])#/.test(command);
}
