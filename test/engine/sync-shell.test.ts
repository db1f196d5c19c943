/** The shells and tools that images have: those of Debian, and BusyBox. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe } from "vitest";
import { shellScript } from "../../src/sync/container/shell-script.ts";
import { openShellSide } from "../../src/sync/container/shell-side.ts";
import { type OpenSide, sideContract } from "../support/side-contract.ts";

describe.concurrent("the shell's side", () => sideContract(shellSides("sh"), { isWatched: false }));

function shellSides(shell: string): OpenSide {
  return async (root, listener) => {
    const ids = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    const start = async (words: readonly string[]) => {
      const child = spawn(shell, ["-c", shellScript, "sh", root, ...words], { stdio: ["pipe", "pipe", "pipe"] });
      const ended = once(child, "exit");
      return Object.assign(child, { exitCode: async () => (await ended)[0] as number });
    };
    const side = await openShellSide({ ...ids, start, listener });
    return { side, [Symbol.asyncDispose]: () => side.close() };
  };
}
