import { conflictPath } from "../conflict-name.ts";
import { openSweeper } from "../host/leftovers.ts";

/** What a process that was killed left in a workspace on this machine goes, where no other one takes that up. */
export function sweepLeftovers(root: string): void {
  const sweeper = openSweeper({
    root,
    nameLate: (path, number) => conflictPath({ path, side: "host", date: new Date(), number }),
    now: Date.now,
    isInUse: () => false,
  });
  sweeper.sweep();
  sweeper.close();
}
