import { expect, it } from "vitest";
import { reasonOf } from "../../../src/host/reason.ts";

function failureOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}

it.each([
  ['{"a": 1,\n "s3cret": }', "it is malformed"],
  ["s3cret", "it is malformed"],
  ['{"s3cret": 1', "it is malformed in line 1, column 13"],
  ['{"s3cret":', "it ends too early"],
])("says where %j is wrong and not what stands there", (text, expected) => {
  expect(reasonOf(failureOf(text))).toBe(expected);
});
