import { describe, expect, it } from "vitest";
import { canAsk, openQuestions } from "../../../src/cli/ask.ts";
import { type FakeStdio, fakeInterrupts, fakeStdio } from "../../support/fake-machine.ts";

const terminal = { columns: 80, rows: 24 };
const contextOf = (stdio: FakeStdio, { interrupts } = fakeInterrupts()) => ({ stdio, interrupts });

describe("a question", () => {
  it.each([
    ["\n", true],
    ["y\n", true],
    ["Yes \n", true],
    ["n\n", false],
    ["maybe\n", false],
  ])("that is answered with %j gives %s", async (typed, answer) => {
    const stdio = fakeStdio(terminal);
    stdio.stdin.write(typed);
    using questions = openQuestions(contextOf(stdio));
    expect(await questions.ask("Write it?")).toBe(answer);
    expect([stdio.stdoutText(), stdio.stderrText()]).toEqual(["", "Write it? [Y/n] "]);
  });

  it("takes an answer that was typed ahead", async () => {
    const stdio = fakeStdio(terminal);
    stdio.stdin.write("y\nn\n\n");
    using questions = openQuestions(contextOf(stdio));
    expect([await questions.ask("One?"), await questions.ask("Two?"), await questions.ask("Three?")]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it("is answered with no by the end of the input", async () => {
    const stdio = fakeStdio(terminal);
    stdio.stdin.end();
    using questions = openQuestions(contextOf(stdio));
    expect(await questions.ask("Write it?")).toBe(false);
  });

  it("ends with an interrupt", async () => {
    const machine = fakeInterrupts();
    using questions = openQuestions(contextOf(fakeStdio(terminal), machine));
    const answer = questions.ask("Write it?");
    machine.interrupts.raise("SIGINT");
    await expect(answer).rejects.toThrow();
    expect(machine.interrupts.received()).toBe("SIGINT");
  });

  it("is asked on a terminal only", () => {
    expect([canAsk(contextOf(fakeStdio(terminal))), canAsk(contextOf(fakeStdio()))]).toEqual([true, false]);
  });
});
