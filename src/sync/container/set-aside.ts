/** What was set aside in the container under a temporary name: it goes, or is kept. */
import { setTimeout as sleep } from "node:timers/promises";
import { conflictPath } from "../conflict-name.ts";
import type { Path } from "../entry.ts";
import { SideError, type Stamp } from "../side.ts";
import type { Channel } from "./channel.ts";
import { busy, Refusal } from "./refusal.ts";
import { decodePlaced, type Placed } from "./replies.ts";
import { anything, type Request } from "./wire.ts";

export interface SetAside {
  /** What stands at `to` has to have the stamp `size`, and gets the other name in turn; 0: nothing stands there. */
  rename(from: Path, to: Path, options?: Pick<Request, "expected" | "size">): Promise<Placed>;
  /** Throws `busy` where somebody has it open to write. */
  refuseBusy(path: Path): Promise<void>;
  /** Whether it is gone: nobody writes to it, and nobody has. */
  discard(beside: Path, expected: Stamp): Promise<boolean>;
  /** Under a name that tells of it, beside the path. */
  keep(beside: Path, path: Path): Promise<void>;
}

export interface SetAsideOptions {
  readonly channel: Channel;
  /** Something was kept. */
  onChange(paths: readonly Path[]): void;
}

const nothing = 0;
const busyReason = "a process in the container has it open for writing";

/** How long whoever writes to what was set aside may take to end. */
const patienceMs = 50;
const mostCopies = 100;

export function createSetAside({ channel, onChange }: SetAsideOptions): SetAside {
  const rename: SetAside["rename"] = async (path, name, { expected = anything, size = 0 } = {}) =>
    decodePlaced(await channel.call({ type: "rename", path, name, expected, size }, path));
  /** Undefined where somebody has it open to write. */
  const isDiscarded = async (beside: Path, expected: Stamp): Promise<boolean | undefined> => {
    try {
      await channel.call({ type: "remove", path: beside, expected }, beside);
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return error.kind === "missing" || (error.errno === busy ? undefined : false);
    }
  };
  return {
    rename,
    async refuseBusy(path) {
      // nothing has that stamp: it stays in any case
      if ((await isDiscarded(path, nothing)) === undefined) throw new SideError("busy", busyReason);
    },
    async discard(beside, expected) {
      for (let tries = 0; tries < patienceMs; tries += 1) {
        const isGone = await isDiscarded(beside, expected);
        if (isGone !== undefined) return isGone;
        await sleep(1);
      }
      return false;
    },
    async keep(beside, path) {
      onChange([await moveToFree(rename, beside, path)]);
    },
  };
}

async function moveToFree(rename: SetAside["rename"], beside: Path, path: Path): Promise<Path> {
  const date = new Date();
  for (let number = 0; ; number += 1) {
    const copy = conflictPath({ path, side: "container", date, number: number === 0 ? undefined : number });
    try {
      await rename(beside, copy);
      return copy;
    } catch (error) {
      if (!(error instanceof Refusal) || error.kind !== "changed" || number >= mostCopies) throw error;
    }
  }
}
