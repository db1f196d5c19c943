#!/usr/bin/env node
import module from "node:module";
import { nodeVersionProblem } from "./cli/node-version.ts";

// Everything else is imported once this Node is known to be able to.
const problem = nodeVersionProblem(process.versions.node);
if (problem === undefined) {
  module.enableCompileCache();
  await main();
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const [{ runCommandLine }, { listenForInterrupts }, { nodeHost }] = await Promise.all([
    import("./cli/run.ts"),
    import("./cli/interrupts.ts"),
    import("./host/node.ts"),
  ]);
  const { stdout, stderr } = process;
  const interrupts = listenForInterrupts(process, (code) => process.exit(code));
  for (const stream of [stdout, stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      interrupts.raise("SIGPIPE");
    });
  }
  process.exitCode = await runCommandLine(process.argv.slice(2), {
    host: nodeHost(),
    stdio: {
      // Opening stdin has effects on a terminal and on a pipe; only commands that read it do so.
      get stdin() {
        return process.stdin;
      },
      stdout,
      stderr,
    },
    interrupts,
    cwd: process.cwd(),
    readVersion,
    loadEngine: async () => (await import("./engine/docker/connect.ts")).connectEngine,
  });
}

/** This file is one folder below package.json, as source and in the bundle. */
function readVersion(): string {
  // Imported above, the module would load Node's streams for every command.
  const text = process.getBuiltinModule("node:fs").readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
