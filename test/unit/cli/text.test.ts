import { execFileSync } from "node:child_process";
import { Readable } from "node:stream";
import fc from "fast-check";
import { expect, it } from "vitest";
import { eachLine } from "../../../src/cli/lines.ts";
import { shellQuote } from "../../../src/cli/shell-quote.ts";

it("quotes words so that a shell gives exactly these", () => {
  const word = fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0"));
  const words = fc.sample(fc.array(word, { minLength: 1 }), 50);
  const given = ["it's", "", "$HOME `x` \\", "a\nb", "--grep=x", "*"].concat(words.flat());
  const output = execFileSync("/bin/sh", ["-c", `printf '%s\\0' ${shellQuote(given)}`]).toString();
  expect(output.split("\0").slice(0, -1)).toEqual(given);
});

it("leaves plain words readable", () => expect(shellQuote(["--grep", "a/b.ts", "x=1"])).toBe("--grep a/b.ts x=1"));

it("splits a stream into lines, across chunks and characters", async () => {
  const bytes = Buffer.from("grüße\r\n\nende €");
  const lines: string[] = [];
  await eachLine(Readable.from([...bytes].map((byte) => Buffer.of(byte))), (line) => lines.push(line));
  expect(lines).toEqual(["grüße", "", "ende €"]);
});
