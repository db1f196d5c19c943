/**
 * Giving memory back to the system. What a first sync took stays with the process for as long as it allocates little: V8
 * collects and unmaps when there is need, and a process that idles has none.
 */
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Long enough that nothing waits for it, as it stops the process for some ten milliseconds. */
const quietMs = 5_000;
/** Bytes that are not worth it. */
const little = 16_777_216;

/** To be called whenever something was done: when it was much, memory is given back once it is quiet, after `letGo`. */
export function createSparing(letGo: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let spared = 0;
  const spare = () => {
    timer = undefined;
    if (getHeapStatistics().total_heap_size < spared + little) return;
    letGo();
    collect();
    spared = getHeapStatistics().total_heap_size;
  };
  return () => {
    if (timer === undefined) timer = setTimeout(spare, quietMs).unref();
    else timer.refresh();
  };
}

function collect(): void {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as NodeJS.GCFunction;
  // any other kind keeps the pages for later
  gc({ type: "major", execution: "sync", flavor: "last-resort" });
}
