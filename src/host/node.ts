/** The real machine: `node:process`, and execa for other programs. */
import { homedir, tmpdir, userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
import { cacheFolder } from "./cache-folder.ts";
import type { Host, Processes } from "./host.ts";

/** The machine that this process runs on. */
export function nodeHost(): Host {
  const { env, platform } = process;
  const home = orElse(homeFolder, () => join(tmpdir(), "devenv-home"));
  const uid = process.getuid?.();
  return {
    platform,
    arch: engineArchs[process.arch] ?? process.arch,
    env,
    home,
    cacheDir: cacheFolder({ platform, env, home }),
    uid,
    gid: process.getgid?.(),
    userName: orElse(
      () => userInfo().username,
      () => env.USER ?? String(uid),
    ),
    processes: nodeProcesses(),
  };
}

/** HOME may be empty, or say something that means another folder wherever one stands. */
function homeFolder(): string {
  const home = homedir();
  return isAbsolute(home) ? home : userInfo().homedir;
}

/** What runs programs is loaded when one is run: most commands run none. */
function nodeProcesses(): Processes {
  const { env, platform } = process;
  return {
    run: async (program, args, options) => {
      const { programRunner } = await import("./run-program.ts");
      return programRunner({ platform, diagnostics: process.stderr, kill: process.kill })(program, args, options);
    },
    find: async (program) => (await import("./find-program.ts")).findProgram(program, { platform, env }),
    startDetached: async (program, args, { logFile, env }) =>
      (await import("./start-detached.ts")).startDetached(program, args, { logFile, env: { ...process.env, ...env } }),
  };
}

/** Node's names of processor architectures where Docker has another. */
const engineArchs: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };

/** A user id that has no passwd entry makes Node's `os` functions throw. */
function orElse<Value>(read: () => Value, fallback: () => Value): Value {
  try {
    return read();
  } catch {
    return fallback();
  }
}
