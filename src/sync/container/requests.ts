import type { Path } from "../entry.ts";
import type { SideError } from "../side.ts";
import { decodeFailure } from "./replies.ts";
import { type Request, replyType } from "./wire.ts";

export interface ReplyTaker {
  /** Of content: not a copy. */
  onData?(piece: Buffer): void;
  onChildren?(payload: Buffer): void;
  onOk(payload: Buffer): void;
  onError(error: SideError): void;
}

/** The requests that have no answer yet, by their ids. */
export interface Requests {
  request(request: Request, path: Path, taker: ReplyTaker): number;
  send(id: number, request: Request): void;
  abort(id: number): void;
  takeData(id: number, piece: Buffer): void;
  takeReply(type: number, id: number, payload: Buffer): void;
  /** All requests fail, and all later ones; false when they did already. */
  fail(error: SideError): boolean;
  isLost(): boolean;
}

const maxId = 0xffff_ffff;

export function openRequests(sendNow: (id: number, request: Request) => void): Requests {
  const pending = new Map<number, ReplyTaker & { readonly path: Path }>();
  let lastId = 0;
  let lost: SideError | undefined;
  const send: Requests["send"] = (id, request) => {
    if (lost === undefined) sendNow(id, request);
  };
  return {
    send,
    request: (request, path, taker) => {
      do lastId = lastId === maxId ? 1 : lastId + 1;
      while (pending.has(lastId));
      if (lost !== undefined) taker.onError(lost);
      else pending.set(lastId, { ...taker, path });
      send(lastId, request);
      return lastId;
    },
    abort: (id) => {
      if (pending.delete(id)) send(id, { type: "abort" });
    },
    takeData: (id, piece) => pending.get(id)?.onData?.(piece),
    takeReply: (type, id, payload) => {
      const taker = pending.get(id);
      if (type === replyType.children) return taker?.onChildren?.(payload);
      pending.delete(id);
      if (type === replyType.ok) taker?.onOk(payload);
      else taker?.onError(decodeFailure(payload, taker.path));
    },
    fail: (error) => {
      if (lost !== undefined) return false;
      lost = error;
      const takers = [...pending.values()];
      pending.clear();
      for (const taker of takers) taker.onError(error);
      return true;
    },
    isLost: () => lost !== undefined,
  };
}
