/** What the agent tells of changes; those that more will follow soon are held back a little. */
import type { Path } from "../entry.ts";
import type { SideListener } from "../side.ts";
import type { FolderEvent } from "./replies.ts";
import type { WatchedFolders } from "./watched-folders.ts";

export interface HeldEvents {
  take(events: readonly FolderEvent[]): void;
  /** Hold nothing back any longer. */
  tell(): void;
}

export interface HeldEventsOptions {
  readonly watched: WatchedFolders;
  readonly listener: Pick<SideListener, "onChange" | "onOverflow">;
}

/** Whoever begins a file has mostly closed it by then. Milliseconds. */
const holdMs = 3;
/** Changes were lost. */
const lost = 0;

export function holdEvents({ watched, listener }: HeldEventsOptions): HeldEvents {
  let held = new Set<Path>();
  let timer: NodeJS.Timeout | undefined;
  const tell = () => {
    clearTimeout(timer);
    timer = undefined;
    if (held.size === 0) return;
    const paths = [...held];
    held = new Set();
    listener.onChange(paths);
  };
  return {
    take(events) {
      for (const event of events) {
        if (event.watch === lost) listener.onOverflow();
        const path = watched.pathOf(event);
        if (path !== undefined) held.add(path);
      }
      if (events.some(({ isBegun }) => !isBegun)) tell();
      else if (held.size > 0) timer ??= setTimeout(tell, holdMs);
    },
    tell,
  };
}
