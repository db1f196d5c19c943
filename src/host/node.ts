/** The real machine: `node:process`, and execa for other programs. */
import { homedir, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "./cache-folder.ts";
import { findProgram } from "./find-program.ts";
import type { Host } from "./host.ts";
import { programRunner } from "./run-program.ts";
import { startDetached } from "./start-detached.ts";

/** The machine that this process runs on. */
export function nodeHost(): Host {
  const { env, platform } = process;
  const home = orElse(homedir, () => join(tmpdir(), "devenv-home"));
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
    processes: {
      run: programRunner({ platform, diagnostics: process.stderr, kill: process.kill }),
      find: (program) => findProgram(program, { platform, env }),
      startDetached,
    },
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
