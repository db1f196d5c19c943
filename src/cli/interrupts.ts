import { constants } from "node:os";
import type { Interrupts } from "./stdio.ts";

/** The part of `node:process` that tells of signals. */
export interface SignalSource {
  on(name: NodeJS.Signals, listener: (name: NodeJS.Signals) => void): unknown;
  off(name: NodeJS.Signals, listener: (name: NodeJS.Signals) => void): unknown;
}

export interface RaisedInterrupts extends Interrupts {
  /** As if this signal had come; SIGPIPE is one that Node turns into an error of a stream. */
  raise(name: NodeJS.Signals): void;
}

/** What a shell reports for a command that a signal ended. */
export function exitCodeOf(name: NodeJS.Signals): number {
  return 128 + constants.signals[name];
}

export function listenForInterrupts(source: SignalSource, exit: (code: number) => void): RaisedInterrupts {
  const controller = new AbortController();
  let received: NodeJS.Signals | undefined;
  let taken: NodeJS.Signals | undefined;
  let taker: ((name: NodeJS.Signals) => void) | undefined;
  const raise = (name: NodeJS.Signals): void => {
    if (taker !== undefined) {
      taken = name;
      taker(name);
    } else if (received !== undefined) {
      exit(exitCodeOf(name));
    } else {
      received = name;
      controller.abort();
    }
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) source.on(name, raise);
  return {
    signal: controller.signal,
    received: () => received,
    taken: () => taken,
    raise,
    forward(take) {
      taker = take;
      // Only while somebody takes it: SIGQUIT is the way to kill a process that hangs.
      source.on("SIGQUIT", raise);
      return () => {
        taker = undefined;
        source.off("SIGQUIT", raise);
      };
    },
  };
}
