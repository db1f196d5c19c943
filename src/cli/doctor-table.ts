import type { Style } from "./style.ts";

export interface Check {
  readonly name: string;
  readonly status: "ok" | "warning" | "failed" | "fixed";
  readonly found: string;
  readonly advice?: string | undefined;
}

/** What `devenv doctor` found, and below each trouble what to do. Pure. */
export function printChecks(checks: readonly Check[], style: Style): string {
  const width = Math.max(0, ...checks.map(({ name }) => name.length));
  const marks = {
    ok: style.green("✔"),
    fixed: style.green("✔"),
    warning: style.yellow("!"),
    failed: style.red("✖"),
  };
  return checks
    .flatMap(({ name, status, found, advice }) => [
      `  ${marks[status]} ${name.padEnd(width)}  ${found}${status === "fixed" ? " (fixed)" : ""}`,
      ...(advice === undefined ? [] : advice.split("\n").map((line) => `${" ".repeat(6 + width)}${line}`)),
    ])
    .map((line) => `${line}\n`)
    .join("");
}
