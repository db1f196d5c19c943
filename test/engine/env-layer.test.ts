/** Variables of an `env` layer: the image has exactly the value that the config says. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { quoteEnv } from "../../src/plan/quote.ts";
import { build } from "../support/builds.ts";
import { openSandbox } from "../support/sandbox.ts";

const characters = fc.constantFrom(...`aB1_ ${"\t"}$\\"'{}#&|;<>*?!~\`%=:/é漢`);
const random = fc.sample(fc.string({ unit: characters, maxLength: 12 }), { numRuns: 60, seed: 1 });
const literal = [
  "pa$$word",
  "$",
  "$1",
  "a$",
  "\\$HOME",
  "$HOME",
  "${",
  "${a-b}",
  "$OTHER",
  "<<EOF",
  "a \\",
  "$(id)",
  ...random,
];

it("has values with all characters as they are written, and names of variables replaced", async () => {
  await using sandbox = await openSandbox();
  // a name in braces is what stands for a variable
  const plain = literal.map((value) => value.replaceAll(/\$\{([A-Za-z_]\w*)\}/g, "$$$${$1}"));
  const variables = {
    ...Object.fromEntries(plain.map((value, index) => [`V${index}`, value])),
    PATH: "/opt/one:$PATH:${PATH}",
    SELF: "$SELFISH",
    TEXT: "$${PATH}",
  };
  const lines = Object.entries(variables).map(([name, value]) => `ENV ${name}=${quoteEnv(name, value)}`);
  const { tag } = await build(sandbox, `FROM devenv-test/base:bookworm\n${lines.join("\n")}\n`);
  const env = (await sandbox.engine.images.inspect(tag))?.env ?? {};
  expect(literal.map((_, index) => env[`V${index}`])).toEqual(literal);
  const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  expect(env).toMatchObject({ PATH: `/opt/one:${path}:${path}`, SELF: "$SELFISH", TEXT: "${PATH}" });
});
