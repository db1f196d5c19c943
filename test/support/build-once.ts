import { execFileSync } from "node:child_process";
import { globSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Vitest global set-up: the bundle that the tests run is never older than the sources. */
export function setup(): void {
  const sources = [
    "package.json",
    ".config/rolldown.config.ts",
    ...globSync(["src/**/*.ts", "src/sync/agent/devenv-sync-agent-*"], { cwd: root }),
  ];
  if (sources.some((source) => modified(source) > modified("dist/main.js"))) {
    execFileSync("npm", ["run", "build"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  }
}

function modified(path: string): number {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
