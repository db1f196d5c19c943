import type { WorkspaceMode } from "../spec/spec.ts";

/** Where containers run, as far as it is known without asking. */
export interface EnginePlace {
  /** `unix:///var/run/docker.sock`. */
  readonly address: string;
  /** Of the machine that devenv runs on. */
  readonly platform: NodeJS.Platform;
}

/**
 * How the workspace gets into a container. A folder of this machine can be mounted where the engine is its own:
 * Docker Desktop's is in a virtual machine, whose mounts are slow.
 */
export function workspaceMode(wanted: WorkspaceMode | undefined, { address, platform }: EnginePlace): WorkspaceMode {
  return wanted ?? (isOwnMachine({ address, platform }) ? "bind" : "sync");
}

/** Whether containers run on this machine itself, under its own kernel. */
export function isOwnMachine({ address, platform }: EnginePlace): boolean {
  return platform === "linux" && address.startsWith("unix:") && !address.includes("/.docker/desktop/");
}
