import { describe, expect, it } from "vitest";
import { styleFor } from "../../../src/cli/style.ts";
import { printVerified, verifiedJson } from "../../../src/cli/verify-report.ts";
import type { LayerDiff, VerifyResult } from "../../../src/env/verify.ts";

const style = styleFor({ isTTY: false } as never, {});
const result = (...layers: readonly LayerDiff[]): VerifyResult => ({
  project: "shop",
  equal: layers.length === 0,
  environments: [{ name: "dev", content: "abc", layers }],
});
const print = (verified: VerifyResult, limit?: number) =>
  printVerified(verified, { limit, cwd: "/home/ada/shop", style });
const place = { file: "/home/ada/shop/devenv.config.ts", line: 6, column: 12 };
const many = Array.from({ length: 25 }, (_, index) => `/many/${index}`);

describe("the report of verify", () => {
  it("is one line for what is equal", () => {
    expect(print(result())).toBe("dev: equal\n");
  });

  it("names files below the key and the line that made their layer", () => {
    const changed = [
      {
        path: "/a\u001b[2J\u202e",
        differences: [
          { what: "mode", from: "0644", to: "0755" },
          { what: "content", from: "abc", to: "def" },
        ],
      },
      { path: "/l", differences: [{ what: "target", from: "one", to: "two" }] },
    ] as const;
    const config = [{ path: "User", differences: [{ what: "value", from: "", to: '"ada"' }] }] as const;
    const layers = [
      { key: "image.layers[1]", place, diff: { added: ["/new"], removed: ["/gone"], changed } },
      { key: "image.from", place: undefined, diff: { added: [], removed: [], changed: [] } },
      { key: "image", place: undefined, diff: { added: [], removed: [], changed: config } },
    ];
    expect(print(result(...layers))).toBe(`dev: different in 3 places
  image.layers[1] (devenv.config.ts:6:12)
    + /new
    - /gone
    ~ /a\\u{1b}[2J\\u{202e}  mode 0644 → 0755, content
    ~ /l  target one → two
  image.from
    the base image itself
  image
    ~ User  none → "ada"
`);
  });

  it("counts the files past the limit; JSON has them all", () => {
    const one = result({ key: "image.layers[1]", place, diff: { added: many, removed: [], changed: [] } });
    const lines = print(one, 20).split("\n");
    expect(lines.slice(-3)).toEqual(["    + /many/19", "    and 5 more; `--verbose` names all", ""]);
    expect(print(one)).toContain("/many/24");
    expect(verifiedJson(one)).toMatchObject({
      equal: false,
      layers: [{ environment: "dev", added: many, files: true }],
    });
  });

  it("says when files cannot be named", () => {
    const one = result({ key: "image.layers[1]", place: undefined, diff: undefined });
    expect(print(one)).toContain("    the locked image is not here: its files are not known\n");
    expect(verifiedJson(one)).toMatchObject({ layers: [{ files: false, added: [], removed: [], changed: [] }] });
  });
});
