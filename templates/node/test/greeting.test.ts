import assert from "node:assert/strict";
import { it } from "node:test";
import { greeting } from "../src/greeting.ts";

it("greets by name", () => {
  assert.equal(greeting("Ada"), "Hello, Ada");
});
