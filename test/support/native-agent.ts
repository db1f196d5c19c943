import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The agent's binary for this machine; `DEVENV_TEST_AGENT` names another one, made with a sanitizer for instance. */
export function nativeAgent(): string {
  const arch = process.arch === "x64" ? "amd64" : process.arch;
  const file = new URL(`../../src/sync/agent/devenv-sync-agent-${arch}`, import.meta.url);
  return process.env.DEVENV_TEST_AGENT ?? fileURLToPath(file);
}

/** Run the agent on a folder of this machine. */
export function startAgent(root: string) {
  return spawn(nativeAgent(), ["--serve", root], { stdio: ["pipe", "pipe", "pipe"] });
}
