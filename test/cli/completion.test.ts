/** The completion scripts in the shells themselves: bash, which every machine here has, and those of zsh and fish it has. */
import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shellQuote } from "../../src/plan/quote.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const config = `
  console.log("noise of the config");
  export default {
    name: "completion-test",
    environments: {
      dev: { image: "debian", tasks: { test: "npm test", "test:unit": "npm run unit", build: "make" } },
      docs: { image: "debian" },
    },
  };`;

let project: TemporaryFolder;
beforeAll(() => {
  const devenv = `#!/bin/sh\nexec ${shellQuote(process.execPath)} ${shellQuote(main)} "$@"\n`;
  project = temporaryFolder({ "devenv.config.mjs": config, "bin/devenv": { text: devenv, mode: 0o755 } });
  // from then on the names are known without running it
  inShell("sh", "devenv config >/dev/null");
});
afterAll(() => project[Symbol.dispose]());

const has = (shell: string) => spawnSync(shell, ["-c", "exit 0"]).status === 0;

function inShell(shell: string, script: string): string {
  const env = { ...process.env, PATH: `${project.path}/bin:${process.env.PATH}`, HOME: project.path };
  return execFileSync(shell, ["-c", script], { cwd: project.path, env, encoding: "utf8" });
}

describe("bash", () => {
  const inBash = (script: string) => inShell("bash", `eval "$(devenv completion bash)"; ${script}`);
  /** `words` are those that readline makes of the line, the last one at the cursor. */
  const completed = (...words: readonly string[]) =>
    inBash(
      `COMP_WORDS=(${words.map(shellQuote).join(" ")}); COMP_CWORD=${words.length - 1}; _devenv
      printf '%s\\n' "@{COMPREPLY[@]}"`.replace("@{", "${"),
    )
      .trim()
      .split("\n");

  it.each<[readonly string[], readonly string[]]>([
    [["devenv", "stat"], ["status"]],
    [
      ["devenv", "up", ""],
      ["dev", "docs"],
    ],
    [["devenv", "up", "dev", ""], ["docs"]],
    [["devenv", "up", "--wa"], ["--watch"]],
    [
      ["devenv", "task", ""],
      ["test", "test:unit", "build"],
    ],
    [["devenv", "task", "test", ":", "u"], ["unit"]],
    [["devenv", "task", "test:u"], ["test:unit"]],
    [
      ["devenv", "task", "--env", "=", "d"],
      ["dev", "docs"],
    ],
    [
      ["devenv", "task", "--env", "="],
      ["dev", "docs"],
    ],
    [["devenv", "--cwd", '"."', "shell", "do"], ["docs"]],
    [["devenv", "--cwd", "~/bin/..", "shell", "do"], ["docs"]],
    [["devenv", "status", ""], [""]],
    [["devenv", "--cwd", "/no/such", "up", ""], [""]],
  ])("completes %j with %j", (words, expected) => {
    expect(completed(...words)).toEqual(expected);
  });

  it("is set up for the command, and prints nothing when it is read", () => {
    expect(inBash("complete -p devenv")).toBe("complete -F _devenv devenv\n");
  });
});

describe("every shell", () => {
  it.each(
    [
      ["bash", "-n"],
      ["zsh", "-n"],
      ["fish", "--no-execute"],
    ].filter(([shell = ""]) => has(shell)),
  )("finds no mistake in its script: %s", (shell = "", option = "") => {
    inShell("sh", `devenv completion ${shell} > script`);
    const { status, stderr } = spawnSync(shell, [option, `${project.path}/script`]);
    expect({ status, stderr: String(stderr) }).toEqual({ status: 0, stderr: "" });
  });

  it.each(["fish"].filter(has))("completes command lines: %s", () => {
    const lines = [
      "devenv stat",
      "devenv task test:",
      "devenv shell do",
      "devenv task --env=de",
      "devenv exec -- ./devenv.c",
    ];
    const asks = lines.map((line) => `complete --do-complete ${shellQuote(line)} | cut -f1`).join("; ");
    expect(inShell("fish", `devenv completion fish | source; ${asks}`).trim().split("\n")).toEqual([
      "status",
      "test:unit",
      "docs",
      "--env=dev",
      "./devenv.config.mjs",
    ]);
  });
});
