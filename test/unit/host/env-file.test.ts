import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { readEnvFiles } from "../../../src/host/env-file/read.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { thrown } from "../../support/thrown.ts";

const key = "environments.dev.envFile";

async function read(files: Readonly<Record<string, string | Buffer>>, env: Readonly<Record<string, string>> = {}) {
  using project = temporaryFolder({});
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(project.path, name)), { recursive: true });
    writeFileSync(join(project.path, name), content);
  }
  const warnings: string[] = [];
  const onWarning = (text: string) => void warnings.push(text);
  const variables = await readEnvFiles({ root: project.path, files: Object.keys(files), key, env, onWarning });
  return { variables, warnings };
}

const one = async (line: string, env = {}) => (await read({ ".env": line }, env)).variables;
const failure = (text: string | Buffer) => thrown(read({ ".env": text }));

it("reads several files, a later one winning, and names in them what earlier ones and the machine define", async () => {
  const { variables, warnings } = await read(
    {
      ".env": "\uFEFFA=1\r\nexport B='two words' # why\r\nC=\"line 1\nline 2\"\n",
      "config/local.env": "A=local\nD=${A}-$B-${HOST_NAME}\nHOST_NAME\n",
    },
    { HOST_NAME: "here", B: "of the machine" },
  );
  expect(variables).toEqual({
    A: "local",
    B: "two words",
    C: "line 1\nline 2",
    D: "local-two words-here",
    HOST_NAME: "here",
  });
  expect(warnings).toEqual([]);
});

it("has no variables without files", async () => {
  expect((await read({})).variables).toEqual({});
});

describe("reads as compose does", () => {
  it.each<[string, string, Record<string, string>]>([
    ["a hash within a value", "PW=abc#def", { PW: "abc#def" }],
    ["a comment after a blank", "FOO=bar #this is foo", { FOO: "bar" }],
    ["nothing but a comment", "FOO= # why\nBAR=", { FOO: "", BAR: "" }],
    ["escaped double quotes", String.raw`J="{\"a\":1}"`, { J: '{"a":1}' }],
    ["JSON without quotes around it", `J={"a":"b c"}`, { J: '{"a":"b c"}' }],
    ["a hash in quotes", `A="bar#baz" # comment\nB='x # y'#z`, { A: "bar#baz", B: "x # y" }],
    ["blanks around names and values", "\t KEY =  value  \n", { KEY: "value" }],
    ["an equals sign in a value", "URL=postgres://u:p@h/db?a=b=", { URL: "postgres://u:p@h/db?a=b=" }],
    ["the form of YAML", "OPTION_A: Foo=bar\nB: 'x'", { OPTION_A: "Foo=bar", B: "x" }],
    ["export, and names that begin so", "export\tA=1\nexport_B=2\nexportC=3", { A: "1", export_B: "2", exportC: "3" }],
    ["dots and dashes in names", "FOO.BAR=1\nX-Y=2\n1A=3\nÄ=4", { "FOO.BAR": "1", "X-Y": "2", "1A": "3", Ä: "4" }],
    ["escapes in double quotes alone", String.raw`A="a\tb\\n\0123\x07"`, { A: "a\tb\\nS\\x07" }],
    ["other quotes within quotes", `A="it's"\nB='say "x"'`, { A: "it's", B: 'say "x"' }],
    ["an escaped single quote", String.raw`A='it\'s\n'`, { A: String.raw`it's\n` }],
    ["backslashes outside of quotes", String.raw`A=a\tb\\`, { A: String.raw`a\tb\\` }],
    ["lines in quotes", "A='one\n# two\n\nthree'\nB=1", { A: "one\n# two\n\nthree", B: "1" }],
    [
      "dollars: doubled, escaped, and in single quotes",
      String.raw`A=pa$$word
B="pa\$word"
C='pa$word'`,
      { A: "pa$word", B: "pa$word", C: "pa$word" },
    ],
    [
      "defaults",
      "A=\nB=${A:-x}${A-y}${NO-z}\nC=${B:+set}${A+there}${A:+no}\nD=${NO:-${B}}",
      { A: "", B: "xz", C: "setthere", D: "xz" },
    ],
    ["a name that JavaScript knows", "__proto__=1\nconstructor=2", { ["__proto__"]: "1", constructor: "2" }],
    ["the end of the file right after a value", "A=1\nB='2'", { A: "1", B: "2" }],
  ])("%s", async (_, text, expected) => {
    expect(await one(text)).toEqual(expected);
  });

  it("what names a variable that is not set, and says where, but nothing of the value", async () => {
    const { variables, warnings } = await read({ ".env": "A=1\nPW=pa$hunter2\nhunter2\nB='x'\n" });
    expect(variables).toEqual({ A: "1", PW: "pa", B: "x" });
    expect(warnings).toEqual([
      "`.env:2:4` names a variable that is not set, which gives nothing; write `$$` where a dollar is meant, or put the value into single quotes",
      "`.env:3:1` is a name without a value, and this machine has no variable of that name: it is left out",
    ]);
  });
});

it("names the key, the file as written and the reason when a file is missing or a folder", async () => {
  using project = temporaryFolder({ folder: null });
  const options = { root: project.path, key, env: {}, onWarning: () => {} };
  expect(await thrown(readEnvFiles({ ...options, files: ["./.env.local"] }))).toEqual({
    code: "ENV_FILE_UNREADABLE",
    text: "`environments.dev.envFile` names `./.env.local`, which cannot be read: no such file or directory (ENOENT)\n\nhint: create `./.env.local`, or remove it from `envFile`",
  });
  expect((await thrown(readEnvFiles({ ...options, files: ["folder"] }))).text).toContain(
    "cannot be read: illegal operation on a directory (EISDIR)",
  );
});

it("says whole what it cannot read", async () => {
  expect(await failure("OK=1\nKEY=-----BEGIN\nMIIEhunter2+/x==\n")).toEqual({
    code: "ENV_FILE_INVALID",
    text: "`environments.dev.envFile` names `.env`, which cannot be read at `.env:3:12`: a name has a character that no name may have\n\nhint: write `NAME=value`; quote a value that goes over several lines",
  });
});

it.each<[string, string | Buffer, string, string]>([
  ["a name of two words", "A=1\nhunter2 hunter2\n", "2:8", "a name has a blank in it"],
  ["no name", "A=1\n='hunter2'\n", "2:1", "there is no name before the `=`"],
  ["an open quote", `A=1\n\nB="hunter2\nC=2\n`, "3:3", "the quote that begins here is never closed"],
  ["a quote that only seems closed", String.raw`A='hunter2\'`, "1:3", "the quote that begins here is never closed"],
  ["text after a quote", `A="x"hunter2\n`, "1:6", "there is something after the closing quote"],
  ["a lone dollar", "A=hunter2$1\n", "1:3", "a `$` in this value begins no variable"],
  ["a dollar at the end", "A=hunter2$\n", "1:3", "a `$` in this value begins no variable"],
  ["an open brace", "A=hunter2${B\n", "1:3", "a `${` in this value is never closed"],
  ["an operator that there is not", "A=hunter2${B!x}\n", "1:3", "a `$` in this value begins no variable"],
  ["a required variable", "A=${hunter2:?hunter2}\n", "1:3", "this value needs a variable that is not set"],
  ["UTF-16", Buffer.from("\uFEFFA=hunter2\n", "utf16le"), "", "it is UTF-16, or UTF-32"],
  ["UTF-16 without a mark", Buffer.from("A=hunter2\n", "utf16le").swap16(), "", "it is UTF-16, or UTF-32"],
  ["a zero", "A=1\nB=hunter2\0\n", "2", "it has a byte of zero, which no variable can hold"],
  ["Latin 1", Buffer.from("A=1\nB=hunter2ä\n", "latin1"), "2", "it is not UTF-8"],
])("names the place, and nothing that may be a value: %s", async (_, text, place, reason) => {
  const failed = await failure(text);
  expect(failed.code).toBe("ENV_FILE_INVALID");
  expect(failed.text).toContain(`\`.env${place === "" ? "" : `:${place}`}\`: ${reason}\n`);
  expect(failed.text).not.toContain("hunter2");
});

it("reads a large file at once", async () => {
  const lines = Array.from({ length: 20_000 }, (_, index) => `NAME_${index}="value # ${index}" # comment\n`);
  expect(Object.keys(await one(lines.join("")))).toHaveLength(20_000);
});

it("reads very many comments, and tells very many variables that are not set", async () => {
  expect(await one(`${"#\n".repeat(4_000_000)}A=1\n`)).toEqual({ A: "1" });
  const lines = Array.from({ length: 20_000 }, (_, index) => `\n A${index}=$UNSET`);
  const { warnings } = await read({ ".env": `${lines.join("\n")}\n` });
  expect(warnings).toHaveLength(20_000);
  expect(warnings[2]).toMatch(/^`.env:6:5` names/);
});

it("refuses a file that is too large for variables, without reading it", async () => {
  using project = temporaryFolder({ ".env": "" });
  truncateSync(join(project.path, ".env"), 20 * 1024 * 1024);
  const reading = readEnvFiles({ root: project.path, files: [".env"], key, env: {}, onWarning: () => undefined });
  expect((await thrown(reading)).text).toContain("it has 20 MB, and no process takes as many variables");
});
