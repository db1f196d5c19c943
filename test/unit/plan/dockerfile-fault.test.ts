import { expect, it } from "vitest";
import { faultReason, faultyLine } from "../../../src/plan/dockerfile-fault.ts";

const dockerfile = 'FROM base\nENV A="x\nENV B=$\nENV C=$\nFOO';
const frontend = "failed to solve with frontend dockerfile.v0: failed to create LLB definition: ";

it.each<[string, number | undefined, string]>([
  [`${frontend}dockerfile parse error line 5: unknown instruction: FOO`, 5, "unknown instruction: FOO"],
  [
    "failed to solve: dockerfile parse error on line 5: unknown instruction: FOO (did you mean FROM?)",
    5,
    "unknown instruction: FOO (did you mean FROM?)",
  ],
  ["Dockerfile parse error line 5: unknown instruction: FOO", 5, "unknown instruction: FOO"],
  [`${frontend}failed to process "\\"x": unexpected end`, 2, 'failed to process "\\"x": unexpected end'],
  [`${frontend}failed to process "$": unexpected`, undefined, 'failed to process "$": unexpected'],
  [`${frontend}ENV must have two arguments`, undefined, "ENV must have two arguments"],
])("finds the line that is meant by: %s", (reason, line, shown) => {
  expect(faultyLine(reason, dockerfile)).toBe(line);
  expect(faultReason(reason)).toBe(shown);
});
