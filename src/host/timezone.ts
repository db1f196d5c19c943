import type { Host } from "./host.ts";

/** What the system's time zone is read from, beside the variable TZ. */
export const timezonePath = "/etc/localtime";

/** The zone of this machine, as `Europe/Berlin`. */
export function hostTimezone({ env }: Pick<Host, "env">): string {
  const { TZ = "" } = env;
  return /^:?[A-Za-z][\w+-]*(\/[\w+-]+)*$/.test(TZ)
    ? TZ.replace(/^:/, "")
    : Intl.DateTimeFormat().resolvedOptions().timeZone;
}
