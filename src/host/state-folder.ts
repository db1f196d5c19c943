import { posix, win32 } from "node:path";
import type { Host } from "./host.ts";

/** Where devenv keeps what it cannot make again, by the platform's convention: `$XDG_STATE_HOME/devenv`. */
export function stateFolder({ platform, env, home }: Pick<Host, "platform" | "env" | "home">): string {
  const path = platform === "win32" ? win32 : posix;
  const xdg = env.XDG_STATE_HOME;
  // The XDG specification: a relative path is to be ignored.
  if (xdg !== undefined && path.isAbsolute(xdg)) return path.join(xdg, "devenv");
  if (platform === "darwin") return path.join(home, "Library", "Application Support", "devenv");
  if (platform === "win32")
    return path.join(env.LOCALAPPDATA ?? path.join(home, "AppData", "Local"), "devenv", "State");
  return path.join(home, ".local", "state", "devenv");
}
