import { expect, it } from "vitest";
import { cutLines } from "../../../../src/engine/docker/log-lines.ts";

function linesOf(...pieces: (string | Uint8Array)[]): string[] {
  const cutter = cutLines();
  return [...pieces.flatMap((piece) => cutter.push(Buffer.from(piece as string))), ...cutter.end()];
}

it("puts a line together that arrives in pieces", () => {
  expect(linesOf("a", "b\nc", "\n")).toEqual(["ab", "c"]);
});

it("decodes a character that is split over two pieces", () => {
  const bytes = Buffer.from("grün\n");

  expect(linesOf(bytes.subarray(0, 3), bytes.subarray(3))).toEqual(["grün"]);
});

it("keeps the last state of a line that is redrawn", () => {
  expect(linesOf("10%\r50%\r100%\r\n", "Windows\r\n")).toEqual(["100%", "Windows"]);
});

it("keeps empty lines, and a last line without an end", () => {
  expect(linesOf("a\n\nb")).toEqual(["a", "", "b"]);
});

it("says nothing at the end when all lines are complete", () => {
  expect(linesOf("a\n")).toEqual(["a"]);
});
