/** `$NAME` and `${NAME…}` in a value of an env file, with compose's operators. */
import { type Cursor, EnvFileFault } from "./fault.ts";

export type Lookup = (name: string) => string | undefined;

export interface ExpandOptions {
  readonly look: Lookup;
  /** Where the value begins, for what is wrong in it. */
  readonly cursor: Cursor;
  onUnset(): void;
}

const namePattern = /^[A-Za-z_][A-Za-z0-9_]*/;

/** `$$` is a dollar; throws EnvFileFault for one that begins nothing. */
export function expandVariables(value: string, options: ExpandOptions): string {
  let expanded = "";
  for (let at = 0; at < value.length; ) {
    const dollar = value.indexOf("$", at);
    if (dollar < 0) return expanded + value.slice(at);
    expanded += value.slice(at, dollar);
    const reference = readReference(value, dollar, options);
    expanded += reference.value;
    at = reference.end;
  }
  return expanded;
}

interface Reference {
  readonly value: string;
  readonly end: number;
}

function readReference(value: string, dollar: number, options: ExpandOptions): Reference {
  const next = value[dollar + 1];
  if (next === "$") return { value: "$", end: dollar + 2 };
  if (next === "{") return readBraces(value, dollar, options);
  const [name] = namePattern.exec(value.slice(dollar + 1)) ?? [];
  if (name === undefined) throw new EnvFileFault("lone-dollar", options.cursor);
  return { value: required(name, options), end: dollar + 1 + name.length };
}

function readBraces(value: string, dollar: number, options: ExpandOptions): Reference {
  const close = closingBrace(value, dollar + 2);
  if (close === undefined) throw new EnvFileFault("brace-not-closed", options.cursor);
  const inside = value.slice(dollar + 2, close);
  const [name] = namePattern.exec(inside) ?? [];
  if (name === undefined) throw new EnvFileFault("lone-dollar", options.cursor);
  const [, colon, operator, word = ""] = /^(:?)([-?+])(.*)$/s.exec(inside.slice(name.length)) ?? [];
  const end = close + 1;
  if (operator === undefined) {
    if (inside !== name) throw new EnvFileFault("lone-dollar", options.cursor);
    return { value: required(name, options), end };
  }
  const found = options.look(name);
  const isSet = found !== undefined && (colon === "" || found !== "");
  if (operator === "+") return { value: isSet ? expandVariables(word, options) : "", end };
  if (isSet) return { value: found, end };
  if (operator === "?") throw new EnvFileFault("variable-required", options.cursor);
  return { value: expandVariables(word, options), end };
}

function required(name: string, { look, onUnset }: ExpandOptions): string {
  const found = look(name);
  if (found === undefined) onUnset();
  return found ?? "";
}

/** A default may hold references of its own. */
function closingBrace(value: string, from: number): number | undefined {
  let depth = 1;
  for (let at = from; at < value.length; at++) {
    if (value.startsWith("${", at)) depth++;
    else if (value[at] === "}") depth--;
    if (depth === 0) return at;
  }
  return undefined;
}
