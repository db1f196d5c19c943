import pico from "picocolors";
import type { OutputStream } from "./stdio.ts";

export type Style = ReturnType<typeof pico.createColors>;

type Env = Readonly<Record<string, string | undefined>>;

/** Colours for a stream: only on a terminal, and not when NO_COLOR is set. */
export function styleFor(stream: OutputStream, env: Env): Style {
  return pico.createColors(isDrawable(stream, env) && (env.NO_COLOR ?? "") === "");
}

/** A terminal that can move its cursor. */
export function isDrawable(stream: OutputStream, env: Env): boolean {
  return stream.isTTY === true && env.TERM !== "dumb";
}
