/** What is wrong with an env file, without anything of its text. */

export type EnvFileReason =
  | "blank-in-name"
  | "character-in-name"
  | "no-name"
  | "quote-not-closed"
  | "text-after-quote"
  | "lone-dollar"
  | "brace-not-closed"
  | "variable-required";

export interface Cursor {
  readonly text: string;
  readonly at: number;
}

export class EnvFileFault extends Error {
  override readonly name = "EnvFileFault";
  readonly reason: EnvFileReason;
  readonly place: Place;

  constructor(reason: EnvFileReason, cursor: Cursor) {
    super(reason);
    this.reason = reason;
    this.place = placeOf(cursor);
  }
}

/** Both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

function placeOf({ text, at }: Cursor): Place {
  const before = text.slice(0, at);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: at - lineStart + 1 };
}
