import { Readable } from "node:stream";
import { expect, it } from "vitest";
import { eachLine } from "../../../src/host/each-line.ts";

it("splits a stream into lines, across chunks and characters", async () => {
  const bytes = Buffer.from("grüße\r\n\nende €");
  const lines: string[] = [];
  await eachLine(Readable.from([...bytes].map((byte) => Buffer.of(byte))), (line) => lines.push(line));
  expect(lines).toEqual(["grüße", "", "ende €"]);
});

it("joins a long line once, however many pieces it comes in", async () => {
  const piece = Buffer.alloc(1024, "a");
  const lines: string[] = [];
  await eachLine(Readable.from(Array.from({ length: 20_000 }, () => piece)), (line) => lines.push(line));
  expect(lines.map(({ length }) => length)).toEqual([20_000 * 1024]);
});
