import { spawn } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { devenvError } from "../errors.ts";
import { makeFolders } from "./make-folders.ts";

/** Start a program in a session of its own that outlives devenv, with this environment alone. Returns its pid. */
export async function startDetached(
  program: string,
  args: readonly string[],
  { logFile, env }: { readonly logFile: string; readonly env: NodeJS.ProcessEnv },
): Promise<number> {
  await makeFolders(dirname(logFile));
  const log = await open(logFile, "a");
  try {
    const child = spawn(program, args, {
      cwd: "/",
      env,
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
    });
    await once(child, "spawn");
    child.unref();
    if (child.pid === undefined) throw new Error(`${program} was spawned without a pid`);
    return child.pid;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      throw devenvError("PROGRAM_MISSING", { program }, error);
    }
    throw error;
  } finally {
    await log.close();
  }
}
