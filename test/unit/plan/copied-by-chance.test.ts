import { expect, it } from "vitest";
import { copiedByChance } from "../../../src/plan/copied-by-chance.ts";
import type { Fact } from "../../../src/plan/plan.ts";

const file = (name: string): Fact => ({ what: "file", name, value: "" });

it("names env files and the history that a layer copies, each once, and no example of one", () => {
  const facts = {
    "layers[0]": [
      ...[".env", "web/.env.local", ".env.example", "web/.env.sample", ".environment", "src/env"].map(file),
      ...[".git", ".git/HEAD", ".git/refs/heads/main", "sub/.git", ".gitignore", "config/dev.vars"].map(file),
    ],
    "layers[1]": [file("src/main.ts"), { what: "variable", name: ".env", value: "" } as const],
  };
  expect(copiedByChance({ key: "image", facts }, ["./config/dev.vars"])).toEqual([
    { key: "image.layers[0]", paths: [".env", ".git", "config/dev.vars", "sub/.git", "web/.env.local"] },
  ]);
});
