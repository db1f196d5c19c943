import { expect, it } from "vitest";
import { containerVariables } from "../../../../src/env/container/variables.ts";

const context = { locate: async () => undefined };
const language = async (env: Record<string, string>, imageEnv: Record<string, string>) =>
  (await containerVariables(context, { env, references: {} }, { env: imageEnv, tag: "a" })).LANG;

it("gives a language that knows all characters where neither the config nor the image has one", async () => {
  expect(await language({}, {})).toBe("C.UTF-8");
  expect(await language({ LANG: "de_DE.UTF-8" }, {})).toBe("de_DE.UTF-8");
  expect(await language({}, { LANG: "de_DE.UTF-8" })).toBeUndefined();
  expect(await language({ LC_ALL: "C" }, {})).toBeUndefined();
  expect(await language({ LANG: "" }, {})).toBe("");
});

it("replaces what names variables of the image, and leaves what only looks so", async () => {
  const env = { PATH: "${PATH}:/x", FILE: "${PATH}" };
  const references = { PATH: "env.PATH" };
  const image = { env: { PATH: "/bin", LANG: "C" }, tag: "a" };
  expect(await containerVariables(context, { env, references }, image)).toEqual({ PATH: "/bin:/x", FILE: "${PATH}" });
});
