/** `devenv status` for people. Pure. */
import type { EnvironmentStatus, StatusResult } from "../env/operation.ts";
import type { Style } from "./style.ts";
import { printStanding } from "./sync-standing.ts";

const titles = ["ENVIRONMENT", "STATE", "HEALTH", "PORTS", "IMAGE"];
const gap = "  ";

export function printStatus({ environments, leftovers, unread }: StatusResult, style: Style): string {
  const rows = environments.map(cells);
  const widths = titles.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const print = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(gap);
  const lines = environments.flatMap(({ name, stale, next, snapshot, sync }, index) => [
    print(rows[index] ?? []).trimEnd(),
    ...(snapshot === undefined ? [] : [`${gap}made from snapshot ${snapshot}`]),
    ...(sync === undefined ? [] : [`${gap}${printStanding(sync, name, style)}`]),
    ...stale.map((reason) => `${gap}${style.yellow("stale:")} ${reason}`),
    ...(next === "unknown"
      ? []
      : [`${gap}${next === "keep" ? "up to date" : `the next \`devenv up\` ${nextSteps[next]}`}`]),
  ]);
  const rest = leftovers.map(
    ({ environment, container, state }) =>
      `${style.yellow("leftover:")} \`${container}\` (${state}) of \`${environment}\`, which the config no longer has; \`devenv down ${environment}\` or \`devenv prune\` removes it`,
  );
  const source = unread === undefined ? [] : [`${style.yellow("told from labels alone:")} ${unread}`];
  return `${[style.dim(print(titles).trimEnd()), ...lines, ...rest, ...source].join("\n")}\n`;
}

const nextSteps = {
  create: "creates the container",
  recreate: "makes the container anew, and builds the image if it is not there",
  start: "starts the container",
  restart: "restarts the container: what runs in it ends",
  apply: "applies that, and the container stays",
  finish: "takes up what was interrupted",
} as const;

function cells({ name, state, health, ports, image }: EnvironmentStatus): readonly string[] {
  const published = ports.map(({ container, host }) => `${host}→${container}`).join(" ");
  return [name, state, health, published === "" ? "-" : published, shortImage(image)];
}

/** An image name with its fingerprint cut to the 12 digits that people compare. */
function shortImage(image: string): string {
  return image.replace(/:([0-9a-f]{12})[0-9a-f]+$/, ":$1");
}
