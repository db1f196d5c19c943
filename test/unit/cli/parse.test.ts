import { describe, expect, expectTypeOf, it } from "vitest";
import { defineCommand } from "../../../src/cli/command.ts";
import { optionsOf, readArgs, readCommandLine } from "../../../src/cli/parse.ts";

const command = defineCommand({
  positionals: { environment: { count: "optional", value: "ENVIRONMENT", summary: "" } },
  options: {
    follow: { type: "boolean", alias: "f", summary: "" },
    tail: { type: "number", value: "N", summary: "" },
    "no-cache": { type: "boolean", summary: "" },
  },
  rest: "-- COMMAND…",
  async run(_context, args) {
    expectTypeOf(args.environment).toEqualTypeOf<string | undefined>();
    expectTypeOf(args.follow).toEqualTypeOf<boolean>();
    expectTypeOf(args.tail).toEqualTypeOf<number | undefined>();
    expectTypeOf(args.rest).toEqualTypeOf<readonly string[] | undefined>();
    return {};
  },
});

const many = defineCommand({
  positionals: { environments: { count: "many", value: "ENVIRONMENT", summary: "" } },
  options: {},
  async run(_context, args) {
    expectTypeOf(args.environments).toEqualTypeOf<readonly string[]>();
    return {};
  },
});

const read = (...argv: string[]) => readArgs(readCommandLine(argv, optionsOf(command)), "exec", command);

describe("the command line", () => {
  it.each([
    ["a command with options", ["exec", "dev", "--", "ls", "-la"], ["ls", "-la"]],
    [
      "options of devenv itself",
      ["exec", "--", "x", "--json", "--help", "-f", "--env", "y"],
      ["x", "--json", "--help", "-f", "--env", "y"],
    ],
    ["a second --", ["exec", "--", "git", "log", "--", "src"], ["git", "log", "--", "src"]],
    [
      "numbers, empty words, quotes and blanks",
      ["exec", "--", "007", "", "'a'", '"b"', "c d"],
      ["007", "", "'a'", '"b"', "c d"],
    ],
  ])("passes on verbatim what stands after --: %s", async (_what, argv, rest) => {
    expect(await read(...argv)).toMatchObject({ rest, json: false, help: false, follow: false, env: undefined });
  });

  it("knows a command line without -- from one with nothing after it", async () => {
    expect(await read("exec")).toMatchObject({ rest: undefined });
  });

  it("takes options anywhere before --, with = or a blank, long or short", async () => {
    expect(await read("--json", "exec", "-f", "dev", "--tail=5", "--cwd", "sub")).toMatchObject({
      json: true,
      follow: true,
      tail: 5,
      cwd: "sub",
      environment: "dev",
    });
  });

  it("takes the last of an option that is given twice", async () => {
    expect(await read("exec", "--env", "a", "--env", "b")).toMatchObject({ env: "b" });
  });

  it("takes an option whose name starts with no- as it is", async () => {
    expect(await read("exec", "--no-cache")).toMatchObject({ "no-cache": true });
  });

  it("gives every positional to the one that takes many", async () => {
    const argv = ["up", "dev", "--quiet", "web"];
    const args = await readArgs(readCommandLine(argv, optionsOf(many)), "up", many);
    expect(args).toMatchObject({ environments: ["dev", "web"], quiet: true });
  });
});
