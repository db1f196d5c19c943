/** Whose files are believed: code of somebody else's would run as this user. */
import { lstatSync, readFileSync, statSync } from "node:fs";
import type { Host } from "./host.ts";

export type Self = Pick<Host, "uid" | "env">;

/** User ids, separated by commas, that are believed beside one's own. */
export const trustVariable = "DEVENV_TRUST_OWNER";

/** The user id that a path belongs to, where it is neither this user's nor that of one who is believed; a link counts, and what it leads to. */
export function foreignOwner(self: Self, path: string): number | undefined {
  const owners = [lstatSync(path), statSync(path)].map(({ uid }) => uid);
  return owners.find((owner) => !isTrusted(self, owner));
}

/** The same user, who believes the owner of a path too. */
export function trusting(self: Self, path: string): Self {
  const owners = [self.env[trustVariable] ?? "", lstatSync(path).uid, statSync(path).uid];
  return { ...self, env: { ...self.env, [trustVariable]: owners.join(",") } };
}

/** Root may do all anyway; and who called `sudo` has called this. */
function isTrusted({ uid, env }: Self, owner: number): boolean {
  if (uid === undefined || owner === uid || owner === 0) return true;
  const named = (env[trustVariable] ?? "").split(",").map((one) => one.trim());
  return named.includes(String(owner)) || (uid === 0 && env.SUDO_UID === String(owner));
}

/** `bob (user id 1001)`, for a message. */
export function ownerName(uid: number): string {
  let accounts = "";
  try {
    accounts = readFileSync("/etc/passwd", "utf8");
  } catch {
    // there are systems without one
  }
  const found = accounts.split("\n").find((line) => line.split(":")[2] === String(uid));
  return found === undefined ? `user id ${uid}` : `${found.split(":")[0]} (user id ${uid})`;
}
