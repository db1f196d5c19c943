import { expect, it } from "vitest";
import { redactUrl } from "../../../src/host/redact-url.ts";

it.each([
  ["user and password", "https://ada:pw@example.com/x", "https://***@example.com/x"],
  ["a token given as user", "https://ghp_abc@example.com/x", "https://***@example.com/x"],
  [
    "secrets in the query",
    "https://e.com/x?v=1&X-Amz-Signature=ab&key=2",
    "https://e.com/x?v=1&X-Amz-Signature=***&key=***",
  ],
  ["a password that makes it no address", "https://ada:p#w@d/x@example.com/y", "https://***@example.com/y"],
  ["nothing of a plain address", "https://example.com/a b?v=1", "https://example.com/a b?v=1"],
  ["nothing of an npm package", "npm:@scope/name@1.0.0", "npm:@scope/name@1.0.0"],
  ["nothing of what is no address", "not an address", "not an address"],
])("hides %s", (_description, address, expected) => {
  expect(redactUrl(address)).toBe(expected);
});
