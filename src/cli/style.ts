import pico from "picocolors";
import type { Host } from "../host/host.ts";
import type { OutputStream } from "./stdio.ts";
import { hasColours } from "./terminal-kind.ts";

export type Style = ReturnType<typeof pico.createColors>;

/** Colours for a stream: only on a terminal, and not when NO_COLOR is set. */
export function styleFor(stream: OutputStream, env: Host["env"]): Style {
  return pico.createColors(hasColours(stream, env));
}
