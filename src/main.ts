#!/usr/bin/env node
import module from "node:module";
import { nodeVersionProblem } from "./cli/node-version.ts";

// Everything else is imported once this Node is known to be able to.
const problem = nodeVersionProblem(process.versions.node);
if (problem === undefined) {
  await enableCompileCache();
  if (!(await answerQuickly())) await main();
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}

async function enableCompileCache(): Promise<void> {
  const { env, platform } = process;
  // whoever names a folder has it from the start
  if (env.NODE_COMPILE_CACHE !== undefined) return;
  const { compileCacheFolder } = await import("./host/compile-cache.ts");
  const [fs, { homedir }] = [process.getBuiltinModule("node:fs"), process.getBuiltinModule("node:os")];
  const folder = compileCacheFolder({ platform, env, home: homeOf(homedir), uid: process.getuid?.(), fs });
  if (folder !== undefined) module.enableCompileCache(folder);
}

/** A user id that has no passwd entry, and no HOME, makes it throw. */
function homeOf(homedir: () => string): string {
  try {
    return homedir();
  } catch {
    return "";
  }
}

/** A bare `devenv up` with nothing to do, before anything that takes time is loaded. */
async function answerQuickly(): Promise<boolean> {
  if (process.argv.length !== 3 || process.argv[2] !== "up") return false;
  const { answerUp } = await import("./cli/quick-up.ts");
  try {
    return await answerUp({ stderr: process.stderr, cwd: process.cwd(), program: program(), loadEngine });
  } catch {
    // what is wrong is for the whole command to tell
    return false;
  }
}

async function main(): Promise<void> {
  const [{ reportFailure, runCommandLine }, { listenForInterrupts }, { nodeHost }] = await Promise.all([
    import("./cli/run.ts"),
    import("./cli/interrupts.ts"),
    import("./host/node.ts"),
  ]);
  const { stdout, stderr } = process;
  const interrupts = listenForInterrupts(process, (code) => process.exit(code));
  for (const stream of [stdout, stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      // a terminal that is gone gives EIO
      if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
      interrupts.raise("SIGPIPE");
    });
  }
  const host = nodeHost();
  const argv = process.argv.slice(2);
  const stdio = {
    // Opening stdin has effects on a terminal and on a pipe; only commands that read it do so.
    get stdin() {
      return process.stdin;
    },
    stdout,
    stderr,
  };
  // Node would print what the error says, which may be anything that was read
  process.on("uncaughtException", (error) => process.exit(reportFailure(error, argv, { stdio, host, interrupts })));
  process.exitCode = await runCommandLine(argv, {
    host,
    stdio,
    interrupts,
    cwd: currentFolder(),
    program: program(),
    readVersion,
    loadEngine,
  });
}

async function loadEngine() {
  return (await import("./engine/docker/connect.ts")).connectEngine;
}

/** One that was deleted is still what the shell calls it; a command that needs it says that it is not there. */
function currentFolder(): string {
  try {
    return process.cwd();
  } catch {
    const { PWD = "" } = process.env;
    return PWD.startsWith("/") ? PWD : "/the/current/folder";
  }
}

function program() {
  return {
    path: import.meta.filename,
    node: `${process.version} ${process.execPath}`,
    nodePath: process.execPath,
  };
}

/** This file is one folder below package.json, as source and in the bundle. */
function readVersion(): string {
  // Imported above, the module would load Node's streams for every command.
  const text = process.getBuiltinModule("node:fs").readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
