import { expect, it } from "vitest";
import { openProgress } from "../../../src/cli/progress/open.ts";
import { renderOutcome } from "../../../src/cli/render.ts";
import { reportError } from "../../../src/cli/report-error.ts";
import { styleFor } from "../../../src/cli/style.ts";
import { visible, visibleColoured, visibleLines } from "../../../src/cli/visible.ts";
import { devenvError } from "../../../src/errors.ts";
import { fakeMachine, fakeStdio } from "../../support/fake-machine.ts";

const evil = "a\u001b[2J\u001b]0;title\u0007\u009b1A\u202eb";
const shown = "a\\u{1b}[2J\\u{1b}]0;title\\u{7}\\u{9b}1A\\u{202e}b";
const options = { json: false, quiet: false, verbose: false } as never;

it("shows what a terminal would obey, and keeps lines and colours where they are devenv's own", () => {
  expect(visible(`${evil}\n`)).toBe(`${shown}\\u{a}`);
  expect(visibleLines(`${evil}\n\tb 👩\u200d💻`)).toBe(`${shown}\n\tb 👩\u200d💻`);
  expect(visibleColoured(`\u001b[1;31mred\u001b[39m ${evil}\u0001[1m`)).toBe(
    `\u001b[1;31mred\u001b[39m ${shown}\\u{1}[1m`,
  );
});

it("prints no name of an error as it is, and takes the colours from what programs printed", () => {
  const stdio = fakeStdio();
  const style = styleFor(stdio.stderr, {});
  const view = { json: false, verbose: false, stdio, style, interruptedBy: undefined };
  const details = {
    environment: "dev",
    key: "hooks.create",
    command: evil,
    exitCode: 1,
    output: ["\u001b[31mred\u001b[0m"],
  };
  reportError(devenvError("HOOK_FAILED", details), view);
  expect(stdio.stderrText()).toContain(`failed with exit code 1: \`${shown}\`\n  | red\n`);
  expect(stdio.stderrText()).not.toContain("\u001b");
});

it("shows what is said of an outcome, and gives a file the bytes that were asked for", () => {
  const file = fakeStdio();
  renderOutcome({ text: evil, summary: evil }, { options, stdio: file });
  expect([file.stdoutText(), file.stderrText()]).toEqual([evil, shown]);
  const terminal = fakeStdio({ columns: 80, rows: 24 });
  renderOutcome({ text: evil }, { options, stdio: terminal });
  expect(terminal.stdoutText()).toBe(shown);
});

it("shows progress in the same way", () => {
  const stdio = fakeStdio();
  const { report } = openProgress({ ...fakeMachine(stdio), stdio, options } as never, "shop", "devenv.config.ts");
  report({ kind: "warning", environment: "dev", text: evil });
  report({ kind: "output", environment: "dev", step: "hook", line: "\u001b[32mgreen\u001b[0m\u0007" });
  expect(stdio.stderrText()).toBe(`dev  warning    ${shown}\ndev  hook       | green\\u{7}\n`);
});
