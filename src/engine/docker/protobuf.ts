/**
 * The protobuf wire format, as far as BuildKit's messages need it: varint, fixed and length-delimited
 * fields of proto3. A message is a list of numbered fields; which number means what stands in
 * `buildkit-messages.ts`.
 */

/** Numbers and booleans become varints; text and bytes become length-delimited fields. */
export type FieldInput = number | bigint | boolean | string | Uint8Array;

/** Fields of one message by number, each with its values in order. */
export type Fields = ReadonlyMap<number, readonly (number | Buffer)[]>;

const varint = 0;
const fixed64 = 1;
const lengthDelimited = 2;
const fixed32 = 5;

/** Write a message; fields with the default value (0, false, empty) are left out, as proto3 wants it. */
export function encodeFields(fields: readonly (readonly [number, FieldInput])[]): Buffer {
  return Buffer.concat(fields.flatMap(([number, value]) => encodeField(number, value)));
}

/** Read a message; throws a plain `Error` on bytes that are none. */
export function decodeFields(message: Buffer): Fields {
  const fields = new Map<number, (number | Buffer)[]>();
  let offset = 0;
  while (offset < message.length) {
    const tag = readVarint(message, offset);
    const field = readValue(message, tag.end, tag.value % 8);
    const number = Math.floor(tag.value / 8);
    const values = fields.get(number);
    if (values === undefined) fields.set(number, [field.value]);
    else values.push(field.value);
    offset = field.end;
  }
  return fields;
}

/** A numeric field; 0 when absent. */
export function numberField(fields: Fields, number: number): number {
  const value = fields.get(number)?.at(-1);
  return typeof value === "number" ? value : 0;
}

/** A bytes field; empty when absent. */
export function bytesField(fields: Fields, number: number): Buffer {
  const value = fields.get(number)?.at(-1);
  return value instanceof Buffer ? value : Buffer.alloc(0);
}

export function textField(fields: Fields, number: number): string {
  return bytesField(fields, number).toString();
}

/** All values of a repeated text, bytes or message field. */
export function repeatedField(fields: Fields, number: number): readonly Buffer[] {
  return (fields.get(number) ?? []).filter((value): value is Buffer => value instanceof Buffer);
}

function encodeField(number: number, value: FieldInput): Buffer[] {
  if (typeof value === "string" || value instanceof Uint8Array) {
    const bytes = typeof value === "string" ? Buffer.from(value) : value;
    if (bytes.length === 0) return [];
    return [encodeVarint(number * 8 + lengthDelimited), encodeVarint(bytes.length), Buffer.from(bytes)];
  }
  const scalar = typeof value === "boolean" ? Number(value) : value;
  return scalar === 0 || scalar === 0n ? [] : [encodeVarint(number * 8 + varint), encodeVarint(scalar)];
}

function encodeVarint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

interface Read<Value> {
  readonly value: Value;
  readonly end: number;
}

function readValue(message: Buffer, offset: number, wireType: number): Read<number | Buffer> {
  if (wireType === varint) return readVarint(message, offset);
  if (wireType === fixed64) return { value: message.readDoubleLE(offset), end: offset + 8 };
  if (wireType === fixed32) return { value: message.readUInt32LE(offset), end: offset + 4 };
  if (wireType !== lengthDelimited) throw new Error(`unknown protobuf wire type ${wireType}`);
  const length = readVarint(message, offset);
  const end = length.end + length.value;
  if (end > message.length) throw new Error("truncated protobuf message");
  return { value: message.subarray(length.end, end), end };
}

function readVarint(message: Buffer, offset: number): Read<number> {
  let value = 0n;
  for (let index = 0; index < 10; index++) {
    const byte = message[offset + index];
    if (byte === undefined) throw new Error("truncated protobuf message");
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    if (byte < 0x80) return { value: Number(BigInt.asIntN(64, value)), end: offset + index + 1 };
  }
  throw new Error("protobuf varint is longer than 10 bytes");
}
