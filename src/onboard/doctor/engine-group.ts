import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { DoctorContext } from "./check.ts";

/** The group whose members may use the engine behind a socket. */
export async function findEngineGroup({ root = "/" }: DoctorContext, address: string): Promise<string> {
  const groups = await readFile(join(root, "etc/group"), "utf8").catch(() => "");
  const socket = await stat(join(root, address.replace(/^unix:\/\//, ""))).catch(() => undefined);
  return socketGroup(groups, socket?.gid);
}

/** By /etc/group; root's own group is none to join, so Docker's usual one stands in for it. */
export function socketGroup(groups: string, gid: number | undefined): string {
  const name = groups
    .split("\n")
    .map((line) => line.split(":"))
    .find(([, , id]) => gid !== undefined && gid !== 0 && id === String(gid))?.[0];
  return name ?? "docker";
}
