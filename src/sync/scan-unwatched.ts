/** A side that is not watched any more is looked at as a whole, from time to time. */
import type { Core } from "./core.ts";

const everyMs = 2000;
/** Of the time, at most this part is spent on it. */
const share = 0.05;

export function scanUnwatched(core: Core): { stop(): void } {
  let timer: NodeJS.Timeout;
  const scan = () => {
    for (const side of core.unwatched.keys()) core.dirty[side].addAll();
    core.wake();
    const longestMs = Math.max(...[...core.unwatched.keys()].map((side) => core.endpoints[side].readMs()), 0);
    timer = setTimeout(scan, Math.max(everyMs, longestMs / share));
    timer.unref();
  };
  timer = setTimeout(scan, everyMs);
  timer.unref();
  return { stop: () => clearTimeout(timer) };
}
