import type { Host } from "../host/host.ts";

type Stream = { readonly isTTY?: boolean | undefined };

export function hasColours(stream: Stream, env: Host["env"]): boolean {
  return isDrawable(stream, env) && (env.NO_COLOR ?? "") === "";
}

/** A terminal that can move its cursor. */
export function isDrawable(stream: Stream, env: Host["env"]): boolean {
  return stream.isTTY === true && env.TERM !== "dumb";
}
