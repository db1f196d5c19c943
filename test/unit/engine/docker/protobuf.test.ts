import { expect, it } from "vitest";
import {
  bytesField,
  decodeFields,
  encodeFields,
  numberField,
  repeatedField,
  textField,
} from "../../../../src/engine/docker/protobuf.ts";

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");

it.each([
  ["the documentation's varint 150 in field 1", [[1, 150]], "08 96 01"],
  ["the documentation's text `testing` in field 2", [[2, "testing"]], "12 07 74 65 73 74 69 6e 67"],
  ["health status SERVING", [[1, 1]], "08 01"],
  ["a boolean", [[4, true]], "20 01"],
  ["a negative int64 in ten bytes", [[5, -1]], "28 ff ff ff ff ff ff ff ff ff 01"],
  ["nanoseconds beyond 2^53", [[6, 315_532_800_123_456_789n]], "30 95 9a df 92 8f ed bf b0 04"],
  ["a field number beyond 15", [[16, "a"]], "82 01 01 61"],
  [
    "default values, which are left out",
    [
      [1, 0],
      [2, ""],
      [3, false],
      [4, 0n],
      [5, new Uint8Array()],
    ],
    "",
  ],
] as const)("writes %s", (_name, fields, bytes) => {
  expect(encodeFields(fields as Parameters<typeof encodeFields>[0]).toString("hex")).toBe(bytes.replaceAll(" ", ""));
});

it("reads numbers, text, bytes and repeated fields, whatever their order", () => {
  const fields = decodeFields(hex("12 01 61 08 96 01 12 02 c3 bc 28 ff ff ff ff ff ff ff ff ff 01"));

  expect(numberField(fields, 1)).toBe(150);
  expect(numberField(fields, 5)).toBe(-1);
  expect(textField(fields, 2)).toBe("ü");
  expect(repeatedField(fields, 2).map(String)).toEqual(["a", "ü"]);
});

it("gives default values for fields that are absent", () => {
  const fields = decodeFields(Buffer.alloc(0));

  expect([numberField(fields, 1), textField(fields, 2), bytesField(fields, 3).length]).toEqual([0, "", 0]);
});

it("skips over fields of fixed width", () => {
  const fields = decodeFields(hex("0d 01 00 00 00 11 00 00 00 00 00 00 f0 3f 18 07"));

  expect([numberField(fields, 1), numberField(fields, 2), numberField(fields, 3)]).toEqual([1, 1, 7]);
});

it.each([
  ["a text longer than the message", "12 07 74", "truncated protobuf message"],
  ["a varint without an end", "08 96", "truncated protobuf message"],
  ["a varint of eleven bytes", "08 ff ff ff ff ff ff ff ff ff ff 01", "protobuf varint is longer than 10 bytes"],
  ["a group", "0b", "unknown protobuf wire type 3"],
])("refuses %s", (_name, bytes, message) => {
  expect(() => decodeFields(hex(bytes))).toThrow(message);
});
