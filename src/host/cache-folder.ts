import { posix, win32 } from "node:path";

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/** Where devenv keeps what it can make again, by the platform's convention. */
export function cacheFolder({ platform, env, home }: Machine): string {
  const path = platform === "win32" ? win32 : posix;
  const xdg = env.XDG_CACHE_HOME;
  // The XDG specification: a relative path is to be ignored.
  if (xdg !== undefined && path.isAbsolute(xdg)) return path.join(xdg, "devenv");
  if (platform === "darwin") return path.join(home, "Library", "Caches", "devenv");
  if (platform === "win32")
    return path.join(env.LOCALAPPDATA ?? path.join(home, "AppData", "Local"), "devenv", "Cache");
  return path.join(home, ".cache", "devenv");
}
