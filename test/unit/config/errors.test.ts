import { describe, expect, it } from "vitest";
import { loadConfig } from "../../../src/config/load.ts";
import { type Tree, temporaryFolder } from "../../support/temporary-folder.ts";
import { testHost } from "../../support/test-host.ts";
import { thrown } from "../../support/thrown.ts";

const ts = "devenv.config.ts";

interface Row {
  readonly what: string;
  readonly tree: Tree;
  readonly configFile?: string;
  readonly code: string;
  readonly text: string;
}

async function expectError({ tree, configFile, code, text }: Row): Promise<void> {
  using project = temporaryFolder(tree);
  const context = { ci: false, env: {} };
  expect(await thrown(loadConfig({ self: testHost(), cwd: project.path, configFile, context }))).toEqual({
    code,
    text,
  });
}

describe("a config that cannot be read", () => {
  const rows: Row[] = [
    {
      what: "the file that is named does not exist",
      tree: {},
      configFile: "ci/devenv.config.ts",
      code: "CONFIG_NOT_FOUND",
      text: `Config file \`ci/devenv.config.ts\` does not exist

hint: correct the path after \`--config\`, or leave it out to search from the working folder upwards`,
    },
    {
      what: "the file that is named is of another kind",
      tree: { "devenv.toml": "" },
      configFile: "devenv.toml",
      code: "USAGE",
      text: `Config file \`devenv.toml\` is of a kind that devenv does not read

hint: name a file that ends in .ts, .mts, .js, .mjs, .json, .yaml, .yml`,
    },
    {
      what: "it is a folder",
      tree: { "other.ts/x": "" },
      configFile: "other.ts",
      code: "CONFIG_UNREADABLE",
      text: "Config file `other.ts` could not be read: illegal operation on a directory (EISDIR)",
    },
  ];
  it.each(rows)("$what", expectError);
});

describe("a syntax error", () => {
  const rows: Row[] = [
    {
      what: "in TypeScript, after characters of several bytes",
      tree: { [ts]: 'const name = "café 日本";\nexport default { name, image: "a",, };\n' },
      code: "CONFIG_SYNTAX",
      text: "Config has a syntax error at `devenv.config.ts:2:35`: Unexpected token",
    },
    {
      what: "in JavaScript",
      tree: { "devenv.config.mjs": "export default {\n" },
      code: "CONFIG_SYNTAX",
      text: "Config has a syntax error at `devenv.config.mjs:2:1`: Expected `}` but found `EOF`",
    },
    {
      what: "in a file that the config imports",
      tree: {
        [ts]: 'import { base } from "./lib/base.ts";\nexport default base;',
        "lib/base.ts": "\nexport const base: = 1;",
      },
      code: "CONFIG_SYNTAX",
      text: "Config has a syntax error at `lib/base.ts:2:20`: Unexpected token",
    },
    {
      what: "in JSON",
      tree: { "devenv.config.json": '{\n  "name": "shop",\n  "image": "a",\n}\n' },
      code: "CONFIG_SYNTAX",
      text: "Config has a syntax error at `devenv.config.json:4:1`: expected a key in double quotes after the comma, found `}`",
    },
    {
      what: "in package.json",
      tree: { "package.json": '{\n  "devenv": {\n    "name" "shop"\n  }\n}' },
      code: "CONFIG_SYNTAX",
      text: 'Config has a syntax error at `package.json:3:12`: expected `:`, found `"shop"`',
    },
    {
      what: "in YAML",
      tree: { "devenv.config.yaml": "name: shop\nname: again\n" },
      code: "CONFIG_SYNTAX",
      text: "Config has a syntax error at `devenv.config.yaml:2:1`: Map keys must be unique",
    },
  ];
  it.each(rows)("$what", expectError);
});

describe("a config that throws", () => {
  const rows: Row[] = [
    {
      what: "while it is loaded, below lines that only hold types",
      tree: { [ts]: 'interface Gone {\n  a: string;\n}\n\nthrow new Error("no such team");\nexport default {};' },
      code: "CONFIG_THREW",
      text: "Config threw an error at `devenv.config.ts:5:7`: no such team",
    },
    {
      what: "in its function",
      tree: {
        [ts]: "type Gone = string;\n\nexport default ({ env }: any) => ({\n  name: env.TEAM.toLowerCase(),\n});",
      },
      code: "CONFIG_THREW",
      text: "Config threw an error at `devenv.config.ts:4:18`: TypeError: Cannot read properties of undefined (reading 'toLowerCase')",
    },
    {
      what: "in a CommonJS file that it requires",
      tree: {
        "devenv.config.js": 'module.exports = require("./base");',
        "base.js": '\n\nthrow new RangeError("too far");',
      },
      code: "CONFIG_THREW",
      text: "Config threw an error at `base.js:3:7`: RangeError: too far",
    },
    {
      what: "by a promise",
      tree: { [ts]: 'export default Promise.reject(new Error("too late"));' },
      code: "CONFIG_THREW",
      text: "Config threw an error at `devenv.config.ts:1:31`: too late",
    },
    {
      what: "with something that is no error",
      tree: { [ts]: 'export default () => {\n  throw "just text";\n};' },
      code: "CONFIG_THREW",
      text: "Config threw an error at `devenv.config.ts`: just text",
    },
    {
      what: "in a preset that refuses a version",
      tree: {
        [ts]: 'import { node } from "devenv";\nexport default {\n  name: "shop",\n  image: { from: "a", layers: [node("24")] },\n};',
      },
      code: "CONFIG_THREW",
      text: `Config threw an error at \`devenv.config.ts:4:32\`: \`node\` takes a version such as \`24.21.0\`, not \`24\`

hint: name an exact version: \`"24.21.0"\``,
    },
  ];
  it.each(rows)("$what", expectError);

  it("keeps what was thrown as the cause", async () => {
    using project = temporaryFolder({ [ts]: 'throw new Error("inner");' });
    const error = await loadConfig({ self: testHost(), cwd: project.path, context: { ci: false, env: {} } }).catch(
      (reason) => reason,
    );
    expect(error.cause).toMatchObject({ message: "inner" });
  });
});

describe("an import that fails", () => {
  const rows: Row[] = [
    {
      what: "a file that is not there",
      tree: { [ts]: 'import { apt } from "devenv";\nimport { base } from "./base.ts";\nexport default { base, apt };' },
      code: "CONFIG_IMPORT_FAILED",
      text: `Config has an import that fails at \`devenv.config.ts:2:22\`: \`./base.ts\` was not found

hint: correct the path; it starts at the folder of the file that has the import`,
    },
    {
      what: "a package that is not installed",
      tree: { [ts]: 'export { default } from "@acme/preset";' },
      code: "CONFIG_IMPORT_FAILED",
      text: `Config has an import that fails at \`devenv.config.ts:1:25\`: \`@acme/preset\` was not found

hint: install the package in the project (\`npm install\`), or import a file of the project instead`,
    },
    {
      what: "a file that CommonJS requires",
      tree: { "devenv.config.js": 'module.exports =\n  require("./base");' },
      code: "CONFIG_IMPORT_FAILED",
      text: `Config has an import that fails at \`devenv.config.js:2:11\`: \`./base\` was not found

hint: correct the path; it starts at the folder of the file that has the import`,
    },
    {
      what: "a name that devenv does not have",
      tree: { [ts]: 'import { apt, arhive } from "devenv";\nexport default { apt, arhive };' },
      code: "CONFIG_IMPORT_FAILED",
      text: `Config has an import that fails at \`devenv.config.ts:1:15\`: \`devenv\` has no \`arhive\`

hint: did you mean \`archive\`?`,
    },
    {
      what: "a name that another file does not export",
      tree: { [ts]: 'import { base } from "./base.ts";\nexport default base;', "base.ts": "export const bases = {};" },
      code: "CONFIG_IMPORT_FAILED",
      text: "Config has an import that fails at `devenv.config.ts:1:1`: The requested module './base.ts' does not provide an export named 'base'",
    },
    {
      what: "JSON without its attribute",
      tree: { [ts]: 'import data from "./data.json";\nexport default data;', "data.json": "{}" },
      code: "CONFIG_IMPORT_FAILED",
      text: 'Config has an import that fails at `devenv.config.ts:1:18`: JSON is imported with an attribute: `import data from "./data.json" with { type: "json" }`',
    },
  ];
  it.each(rows)("$what", expectError);
});

describe("a config that exports nothing", () => {
  const rows: Row[] = [
    {
      what: "no default export",
      tree: { [ts]: 'export const config = { name: "shop", image: "a" };' },
      code: "CONFIG_EXPORT_MISSING",
      text: `Config \`devenv.config.ts\` has no default export

hint: write \`export default defineConfig({ … })\``,
    },
    {
      what: "a function that returns nothing",
      tree: { [ts]: "export default () => {};" },
      code: "CONFIG_INVALID",
      text: `Config \`devenv.config.ts\` has a problem
  the config (devenv.config.ts:1:16)
    expected  an object
    found     nothing

hint: run \`devenv config --schema\` to see every key`,
    },
  ];
  it.each(rows)("$what", expectError);
});
