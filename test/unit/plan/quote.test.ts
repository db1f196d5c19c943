import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, it } from "vitest";
import { shellQuote } from "../../../src/plan/quote.ts";

it("quotes words so that a shell gives exactly these", () => {
  const word = fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0"));
  const words = ["it's", "", "$HOME `x` \\", "a\nb", "--grep=x", "*", ...fc.sample(word, 100)];
  const output = execFileSync("/bin/sh", ["-c", `printf '%s\\0' ${words.map(shellQuote).join(" ")}`]).toString();
  expect(output.split("\0").slice(0, -1)).toEqual(words);
});

it("leaves plain words readable", () => {
  expect(["--grep", "a/b.ts", "x=1"].map(shellQuote)).toEqual(["--grep", "a/b.ts", "x=1"]);
});
