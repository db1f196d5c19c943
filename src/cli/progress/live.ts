/** Progress drawn in place on a terminal. The drawing library loads with the first event: most runs have none. */
import type { ProgressEvent } from "../../env/operation.ts";
import type { OutputStream } from "../stdio.ts";
import { frame, type View } from "./frame.ts";
import { advance, noProgress } from "./state.ts";

/** Where an operation's events go; everything is written to stderr. */
export interface Progress {
  report(event: ProgressEvent): void;
  /** Leaves the last state on the screen; nothing may be reported after it. */
  finish(): Promise<void>;
}

const redrawIntervalMs = 80;

interface Drawing {
  (text: string): void;
  clear(): void;
  done(): void;
}

export function liveProgress(stream: OutputStream, view: Omit<View, "now" | "columns">): Progress {
  let state = noProgress;
  let drawing: Promise<Drawing> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const picture = () => frame(state, { ...view, now: performance.now(), columns: stream.columns ?? 80 });
  const start = async (): Promise<Drawing> => {
    const { createLogUpdate } = await import("log-update");
    const draw = createLogUpdate(stream as NodeJS.WriteStream);
    timer = setInterval(() => draw(picture().trimEnd()), redrawIntervalMs);
    return draw;
  };
  return {
    report(event: ProgressEvent) {
      state = advance(state, event, performance.now());
      drawing ??= start();
    },
    async finish() {
      if (drawing === undefined) return;
      const draw = await drawing;
      clearInterval(timer);
      // The library cuts what is taller than the terminal; the last picture is written in full.
      draw.clear();
      draw.done();
      stream.write(picture());
    },
  };
}
