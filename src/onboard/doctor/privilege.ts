import type { Host } from "../../host/host.ts";

/** Whether commands can be run as root: by being root, or through sudo. */
export async function canBecomeRoot({ uid, processes }: Host): Promise<boolean> {
  return uid === 0 || (await processes.find("sudo")) !== undefined;
}

/** A command as root would run it. */
export function asRoot({ uid }: Pick<Host, "uid">, command: readonly string[]): readonly string[] {
  return uid === 0 ? command : ["sudo", ...command];
}

/** Run a command as root; sudo asks on the terminal for a password when it needs one. */
export async function runAsRoot(host: Host, command: readonly string[]): Promise<void> {
  const [program = "", ...args] = asRoot(host, command);
  await host.processes.run(program, args);
}
