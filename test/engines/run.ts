/**
 * Runs the engine part of the suite on every engine of `engines.ts`, each started for it, and prints
 * what passes where. Names of engines as arguments choose some of them: `npm run test:engines -- podman`.
 */
import { spawn } from "node:child_process";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import { nodeHost } from "../../src/host/node.ts";
import { type EngineKind, engineKinds, startEngine } from "./engines.ts";

interface FileResult {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const wanted = process.argv.slice(2);
const kinds = engineKinds.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)));
const results = new Map<string, readonly FileResult[]>();
/** What a test notes on one engine for the next. */
const shared = await mkdtemp("/tmp/devenv-shared-");
try {
  for (const kind of kinds) results.set(kind.name, await runOn(kind));
} finally {
  await rm(shared, { recursive: true, force: true });
}

printTable(results);
const all = [...results.values()].flat();
const sum = (key: "passed" | "failed" | "skipped") => all.reduce((total, result) => total + result[key], 0);
console.log(`\n${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
process.exitCode = sum("failed") === 0 && [...results.values()].every((files) => files.length > 0) ? 0 : 1;

async function runOn(kind: EngineKind): Promise<readonly FileResult[]> {
  console.log(`\n── ${kind.name}`);
  const host = nodeHost();
  const folder = await mkdtemp("/tmp/devenv-test-");
  // a rootless engine mounts what the tests make in it
  await chmod(folder, 0o755);
  try {
    await using engine = await startEngine(kind, {
      host,
      outer: connectEngine(host),
      folders: [folder, host.cacheDir, root],
    });
    const report = join(folder, "report.json");
    const env = { DOCKER_HOST: engine.address, TMPDIR: folder, DEVENV_TEST_ENGINE: kind.name };
    await runVitest({ ...env, DEVENV_TEST_SHARED: shared }, report);
    const { testResults }: Report = JSON.parse(await readFile(report, "utf8"));
    return testResults.map(countTests);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function runVitest(env: Record<string, string>, report: string): Promise<void> {
  const args = [
    "run",
    "--config",
    ".config/vitest.config.ts",
    "--project",
    "engine",
    "--reporter=default",
    "--reporter=json",
  ];
  const child = spawn("vitest", [...args, `--outputFile.json=${report}`], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: "inherit",
  });
  return new Promise((resolve, reject) => child.on("error", reject).on("close", () => resolve()));
}

function countTests({ name, status, assertionResults }: Report["testResults"][number]): FileResult {
  const count = (wantedStatus: string) => assertionResults.filter((result) => result.status === wantedStatus).length;
  const failed = count("failed");
  const isBroken = status === "failed" && failed === 0;
  return {
    name: name.replace(/^.*\/test\/engine\//, "").replace(/\.test\.ts$/, ""),
    passed: count("passed"),
    failed: isBroken ? 1 : failed,
    skipped: assertionResults.length - count("passed") - failed,
  };
}

function printTable(byEngine: ReadonlyMap<string, readonly FileResult[]>): void {
  const names = [...new Set([...byEngine.values()].flat().map(({ name }) => name))].sort();
  const engines = [...byEngine.keys()];
  const cell = (engine: string, name: string): string => {
    const result = byEngine.get(engine)?.find((file) => file.name === name);
    if (result === undefined) return "did not run";
    const parts = [`${result.passed} passed`];
    if (result.failed > 0) parts.push(`${result.failed} FAILED`);
    if (result.skipped > 0) parts.push(`${result.skipped} skipped`);
    return parts.join(", ");
  };
  const rows = [["", ...engines], ...names.map((name) => [name, ...engines.map((engine) => cell(engine, name))])];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  console.log();
  for (const row of rows) console.log(row.map((text, column) => text.padEnd(widths[column] ?? 0)).join("  "));
}
