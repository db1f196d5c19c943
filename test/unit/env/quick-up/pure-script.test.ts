import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readPureScript } from "../../../../src/env/quick-up/pure-script.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

function read(text: string, name = "devenv.config.ts") {
  using folder = temporaryFolder({ [name]: text });
  return readPureScript(join(folder.path, name));
}

describe("a config is pure", () => {
  it.each([
    ['import { apt, defineConfig } from "devenv";\nexport default defineConfig({ name: "a", image: "b" });', []],
    [
      'import { base } from "./base.ts";\nexport * from "../shared/more.js";\nexport default base;',
      ["./base.ts", "../shared/more.js"],
    ],
    ['import type { Stats } from "node:fs";\nexport default { name: "a" } satisfies object;', []],
    ["export default ({ ci, env }: any) => ({ name: ci ? env.NAME : 'x' + 1 });", []],
    [
      "const names: string[] = ['a', 'b'];\nexport default { tasks: Object.fromEntries(names.map((n) => [n, n])) };",
      [],
    ],
    ["export default { size: Math.max(1, 2), date: undefined as Date | undefined };", []],
  ] as const)("when it is %s", (text, imports) => {
    expect(read(text)).toEqual({ imports });
  });

  it("when it is data", () => expect(read("{}", "package.json")).toEqual({ imports: [] }));
});

describe("a config is not surely pure", () => {
  it.each([
    "export default { name: process.env.NAME };",
    "export default { name: globalThis['process'].env.NAME };",
    "export default { at: Date.now() };",
    "export default { at: new Date() };",
    "export default { at: Math.random() };",
    "const { random } = Math; export default { at: random() };",
    "export default { at: performance.now() };",
    "export default { id: crypto.randomUUID() };",
    "export default await fetch('http://x');",
    "export default eval('1');",
    "export default Function('return 1')();",
    "export default (() => {}).constructor('return process')();",
    "export default (() => {})['constructor']('return process')();",
    "const { constructor: make } = () => {}; export default make('return process')();",
    "const key = 'con' + 'structor'; export default (() => {})[key]('return process')();",
    "const key = 'x'; const { [key]: x } = Object; export default x;",
    "export default require('fs');",
    "module.exports = {};",
    "export default import.meta.url;",
    "export default await import('./other.ts');",
    "import { readFileSync } from 'node:fs'; export default readFileSync('x', 'utf8');",
    "import preset from 'team-preset'; export default preset;",
    "import x from '/etc/x.json'; export default x;",
    "import x from '#x'; export default x;",
    "export { default } from 'team-preset';",
    "export default new Error().stack;",
    "export default (1.5).toLocaleString();",
    "console.log('loaded'); export default {};",
    "setTimeout(() => {}, 1); export default {};",
    "function f(process: any) { return process; } export default f(1);",
    "export default {",
  ])("%s", (text) => expect(read(text)).toBeUndefined());

  it("when Node decides how it is run", () => expect(read("module.exports = {}", "a.cjs")).toBeUndefined());
});
