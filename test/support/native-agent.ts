import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { openAgentSide } from "../../src/sync/container/agent-side.ts";
import type { OpenSide } from "./side-contract.ts";

/** A program and its first arguments. */
type Command = readonly [string, ...string[]];

/** The agent's binary for this machine; `DEVENV_TEST_AGENT` names another one, made with a sanitizer for instance. */
function nativeAgent(): Command {
  return [process.env.DEVENV_TEST_AGENT ?? agentOf(process.arch === "x64" ? "amd64" : process.arch)];
}

/** The agent's binary for an architecture. */
export function agentOf(arch: string): string {
  return fileURLToPath(new URL(`../../src/sync/agent/devenv-sync-agent-${arch}`, import.meta.url));
}

/** Run the agent on a folder of this machine. */
export function startAgent(root: string, [program, ...words]: Command = nativeAgent()) {
  return spawn(program, [...words, "--serve", root], { stdio: ["pipe", "pipe", "pipe"] });
}

/** The agent's side of a folder of this machine. */
export function agentSides(command?: Command): OpenSide {
  return async (root, listener) => {
    const agent = startAgent(root, command);
    const ids = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    const side = await openAgentSide(agent, { ...ids, listener });
    return {
      side,
      async [Symbol.asyncDispose]() {
        const ended = agent.exitCode === null ? once(agent, "exit") : undefined;
        await side.close();
        await ended;
      },
    };
  };
}
