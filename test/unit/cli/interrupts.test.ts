import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import { listenForInterrupts } from "../../../src/cli/interrupts.ts";

function listen() {
  const source = new EventEmitter();
  const exits: number[] = [];
  const interrupts = listenForInterrupts(source, (code) => exits.push(code));
  return { interrupts, exits, send: (name: NodeJS.Signals) => source.emit(name, name) };
}

it("aborts at the first signal and ends the process at the second", () => {
  const { interrupts, exits, send } = listen();
  send("SIGINT");
  expect([interrupts.signal.aborted, interrupts.received(), exits]).toEqual([true, "SIGINT", []]);
  send("SIGTERM");
  expect(exits).toEqual([143]);
});

it("leaves SIGQUIT alone unless somebody takes it", () => {
  const { interrupts, send } = listen();
  expect(send("SIGQUIT")).toBe(false);
  const taken: string[] = [];
  const release = interrupts.forward((name) => taken.push(name));
  send("SIGQUIT");
  release();
  expect(send("SIGQUIT")).toBe(false);
  expect([taken, interrupts.signal.aborted]).toEqual([["SIGQUIT"], false]);
});
