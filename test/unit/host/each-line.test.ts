import { Readable } from "node:stream";
import { expect, it } from "vitest";
import { eachLine } from "../../../src/host/each-line.ts";

it("splits a stream into lines, across chunks and characters", async () => {
  const bytes = Buffer.from("grüße\r\n\nende €");
  const lines: string[] = [];
  await eachLine(Readable.from([...bytes].map((byte) => Buffer.of(byte))), (line) => lines.push(line));
  expect(lines).toEqual(["grüße", "", "ende €"]);
});
