import { describe, expect, it } from "vitest";
import { expandValue, hasReference } from "../../../src/plan/image-variables.ts";

const image = { PATH: "/opt/go/bin:/usr/bin", EMPTY: "", LANG: "C.UTF-8" };

describe("a value of the key env", () => {
  it.each([
    ["a variable of the image", "${PATH}:/x", "/opt/go/bin:/usr/bin:/x"],
    ["several of them, an empty one too", "${LANG}-${EMPTY}-${LANG}", "C.UTF-8--C.UTF-8"],
    ["an escaped one", "$${PATH}", "${PATH}"],
    ["a dollar before an escaped one", "$$${PATH}", "$${PATH}"],
    ["a name without braces", "$PATH:/x", "$PATH:/x"],
    ["two dollars", "pa$$word", "pa$$word"],
    ["what only looks like one", "${PATH:-/x} ${} ${1} ${a b}", "${PATH:-/x} ${} ${1} ${a b}"],
    ["a name that objects have", "${LANG}$", "C.UTF-8$"],
  ])("gives %s its meaning", (_what, value, expanded) => {
    expect(expandValue(value, image)).toEqual({ value: expanded, unknown: [] });
  });

  it("names what the image does not define", () => {
    expect(expandValue("${HOME}:${PATH}:${toString}", image)).toEqual({
      value: "${HOME}:/opt/go/bin:/usr/bin:${toString}",
      unknown: ["HOME", "toString"],
    });
  });

  it("knows the PATH that engines give where the image has none", () => {
    expect(expandValue("${PATH}:/x", {}).value).toBe("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/x");
  });

  it("is other text only where there is a reference or an escape", () => {
    expect(["${A}", "x$${A}", "$A", "a", "${A"].map(hasReference)).toEqual([true, true, false, false, false]);
  });
});
