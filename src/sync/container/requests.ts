import type { Path } from "../entry.ts";
import type { SideError } from "../side.ts";
import { decodeFailure } from "./replies.ts";
import { type Request, replyType } from "./wire.ts";

export interface ReplyTaker {
  onChildren?(payload: Buffer): void;
  onOk(payload: Buffer): void;
  onError(error: SideError): void;
}

/** The requests that have no answer yet, by their ids. */
export interface Requests {
  request(request: Request, path: Path, taker: ReplyTaker): void;
  takeReply(type: number, id: number, payload: Buffer): void;
  /** All requests fail, and all later ones; false when they did already. */
  fail(error: SideError): boolean;
  isLost(): boolean;
}

const maxId = 0xffff_ffff;

export function openRequests(send: (id: number, request: Request) => void): Requests {
  const pending = new Map<number, { readonly taker: ReplyTaker; readonly path: Path }>();
  let lastId = 0;
  let lost: SideError | undefined;
  return {
    request(request, path, taker) {
      if (lost !== undefined) return taker.onError(lost);
      do lastId = lastId === maxId ? 1 : lastId + 1;
      while (pending.has(lastId));
      pending.set(lastId, { taker, path });
      send(lastId, request);
    },
    takeReply(type, id, payload) {
      const asked = pending.get(id);
      if (type === replyType.children) return asked?.taker.onChildren?.(payload);
      pending.delete(id);
      if (type === replyType.ok) asked?.taker.onOk(payload);
      else asked?.taker.onError(decodeFailure(payload, asked.path));
    },
    fail(error) {
      if (lost !== undefined) return false;
      lost = error;
      const asked = [...pending.values()];
      pending.clear();
      for (const { taker } of asked) taker.onError(error);
      return true;
    },
    isLost: () => lost !== undefined,
  };
}
