import { expect, it } from "vitest";
import { redactor } from "../../../src/host/redact.ts";

const redact = (values: readonly string[], text: string) => redactor(values.map((value) => Buffer.from(value)))(text);

it.each<[string, readonly string[], string, string]>([
  ["a value wherever it stands", ["hunter2"], "a=hunter2&b=xhunter2x", "a=***&b=x***x"],
  ["a value that holds another one, whole", ["hunter", "hunter2"], "hunter2 hunter", "*** ***"],
  ["a value with the letters of a pattern", ["a.b*(c"], "a.b*(c aXb", "*** aXb"],
  ["a value without the end of its line", ["hunter2\n"], "pass hunter2!", "pass ***!"],
  ["each long line of a value, and no short one", ["BEGIN\nabcd\n}\n"], "{ abcd } BEGIN", "{ *** } ***"],
  ["the base64 of a value", ["hunter2"], "Basic aHVudGVyMg==", "Basic ***"],
  ["nothing for an empty value", [""], "text", "text"],
  ["nothing without values", [], "text", "text"],
])("hides %s", (_, values, text, expected) => {
  expect(redact(values, text)).toBe(expected);
});
