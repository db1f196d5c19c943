/** BuildKit's messages that devenv speaks, by their field numbers (`fsutil/types`, `moby.buildkit.v1`, `moby.filesync.v1`). */
import {
  bytesField,
  decodeFields,
  encodeFields,
  type Fields,
  numberField,
  repeatedField,
  textField,
} from "./protobuf.ts";

/** One file, folder or link as the file sync announces it. */
export interface Stat {
  readonly path: string;
  /** Go's FileMode: permission bits and kind. */
  readonly mode: number;
  readonly size: number;
  readonly modTimeNs: bigint;
  readonly linkname: string;
}

export type PacketType = "stat" | "request" | "data" | "end" | "error";

export interface Packet {
  readonly type: PacketType;
  /** Index of the file that is asked for or sent. */
  readonly id: number;
  readonly data: Buffer;
}

export const modeFolder = 0x8000_0000;
export const modeLink = 0x0800_0000;

const packetTypes: readonly PacketType[] = ["stat", "request", "data", "end", "error"];

/** Owner 0:0 is the default value of both fields, so neither is written. */
export function encodeStat(stat: Stat): Buffer {
  const fields = encodeFields([
    [1, stat.path],
    [2, stat.mode],
    [5, stat.size],
    [6, stat.modTimeNs],
    [7, stat.linkname],
  ]);
  return encodeFields([[2, fields]]);
}

/** End of the announced entries: an empty message. */
export const statsEnd: Buffer = Buffer.alloc(0);

export function encodePacket(packet: { type: PacketType; id?: number; data?: Uint8Array | string }): Buffer {
  return encodeFields([
    [1, packetTypes.indexOf(packet.type)],
    [3, packet.id ?? 0],
    [4, packet.data ?? ""],
  ]);
}

export function decodePacket(message: Buffer): Packet {
  const fields = decodeFields(message);
  const type = packetTypes[numberField(fields, 1)];
  if (type === undefined) throw new Error(`unknown file sync packet ${numberField(fields, 1)}`);
  return { type, id: numberField(fields, 3), data: bytesField(fields, 4) };
}

/** Progress of a build since the message before. */
export interface BuildStatus {
  readonly vertexes: readonly Vertex[];
  readonly transfers: readonly VertexTransfer[];
  readonly logs: readonly VertexLog[];
  readonly warnings: readonly string[];
}

/** One step of the build graph; times in ms since the epoch, undefined when not reached. */
export interface Vertex {
  readonly digest: string;
  readonly inputs: readonly string[];
  readonly name: string;
  readonly cached: boolean;
  readonly started: number | undefined;
  readonly completed: number | undefined;
  readonly error: string;
}

export interface VertexTransfer {
  readonly vertex: string;
  readonly id: string;
  readonly current: number;
  readonly total: number;
}

export interface VertexLog {
  readonly vertex: string;
  readonly stream: "stdout" | "stderr";
  readonly data: Buffer;
}

/** Decode a `StatusResponse`. */
export function decodeStatus(message: Buffer): BuildStatus {
  const fields = decodeFields(message);
  const decode = <Value>(number: number, read: (fields: Fields) => Value): Value[] =>
    repeatedField(fields, number).map((part) => read(decodeFields(part)));
  return {
    vertexes: decode(1, readVertex),
    transfers: decode(2, readTransfer),
    logs: decode(3, readLog),
    warnings: decode(4, (warning) => textField(warning, 3)),
  };
}

function readVertex(fields: Fields): Vertex {
  return {
    digest: textField(fields, 1),
    inputs: repeatedField(fields, 2).map(String),
    name: textField(fields, 3),
    cached: numberField(fields, 4) === 1,
    started: readTime(fields, 5),
    completed: readTime(fields, 6),
    error: textField(fields, 7),
  };
}

function readTransfer(fields: Fields): VertexTransfer {
  return {
    vertex: textField(fields, 2),
    id: textField(fields, 1),
    current: numberField(fields, 4),
    total: numberField(fields, 5),
  };
}

function readLog(fields: Fields): VertexLog {
  const stream = numberField(fields, 3) === 2 ? "stderr" : "stdout";
  return { vertex: textField(fields, 1), stream, data: bytesField(fields, 4) };
}

function readTime(fields: Fields, number: number): number | undefined {
  if (!fields.has(number)) return undefined;
  const time = decodeFields(bytesField(fields, number));
  return numberField(time, 1) * 1000 + numberField(time, 2) / 1e6;
}
