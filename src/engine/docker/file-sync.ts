/** Sends a tree of files to BuildKit: the client's side of `moby.filesync.v1.FileSync/DiffCopy`. */
import { decodePacket, encodePacket, encodeStat, type Stat, statsEnd } from "./buildkit-messages.ts";
import { type GrpcCall, GrpcError, grpcStatus } from "./grpc.ts";

/** An entry to announce and, for a file, how to read its content. */
export interface SyncEntry {
  readonly stat: Stat;
  read?(): AsyncIterable<Uint8Array>;
}

/**
 * Announce every entry, sorted depth first, and send the files that the engine asks for. A file that
 * cannot be read ends the call, and with it the build; the rejection says why.
 */
export async function sendTree(call: GrpcCall, entries: readonly SyncEntry[]): Promise<void> {
  await Promise.all([announce(call, entries), answerRequests(call, entries)]);
}

async function announce(call: GrpcCall, entries: readonly SyncEntry[]): Promise<void> {
  for (const { stat } of entries) await call.send(encodeStat(stat));
  await call.send(statsEnd);
}

async function answerRequests(call: GrpcCall, entries: readonly SyncEntry[]): Promise<void> {
  for (;;) {
    const message = await call.messages.next();
    if (message.done === true) return;
    const packet = decodePacket(message.value);
    if (packet.type === "request") await sendFile(call, packet.id, entries[packet.id]);
    if (packet.type === "error") throw new GrpcError(grpcStatus.unknown, packet.data.toString());
    if (packet.type === "end") return call.send(encodePacket({ type: "end" }));
  }
}

/** Without an error packet the engine would wait for the rest of the file for ever. */
async function sendFile(call: GrpcCall, id: number, entry: SyncEntry | undefined): Promise<void> {
  try {
    for await (const data of entry?.read?.() ?? []) {
      if (data.length > 0) await call.send(encodePacket({ type: "data", id, data }));
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await call.send(encodePacket({ type: "error", data: reason }));
    throw error;
  }
  await call.send(encodePacket({ type: "data", id }));
}
