/** What is wrong with a text that `JSON.parse` refuses, and where. */
export interface JsonMistake {
  readonly offset: number;
  readonly reason: string;
}

interface Token {
  readonly text: string;
  readonly offset: number;
}

/** The first place at which a text stops being JSON; undefined when it is JSON. */
export function findJsonMistake(text: string): JsonMistake | undefined {
  const tokens = tokensOf(text);
  const after = readValue(tokens, 0);
  if (typeof after !== "number") return after;
  return tokens[after]?.text === "" ? undefined : unexpected(tokens[after], "the end of the file");
}

const TOKEN = /\s*("(?:[^"\\\n]|\\.)*"|[\w.+-]+|\S|$)/gy;

function tokensOf(text: string): readonly Token[] {
  return [...text.matchAll(TOKEN)].map((match) => {
    const token = match[1] ?? "";
    return { text: token, offset: match.index + match[0].length - token.length };
  });
}

/** Index of the token after the value that starts at `index`, or the mistake in it. */
function readValue(tokens: readonly Token[], index: number): number | JsonMistake {
  const text = tokens[index]?.text ?? "";
  if (text === "{")
    return readList(tokens, index + 1, { close: "}", read: readMember, member: "a key in double quotes" });
  if (text === "[") return readList(tokens, index + 1, { close: "]", read: readValue, member: "a value" });
  return isScalar(text) ? index + 1 : unexpected(tokens[index], "a value");
}

interface ListRule {
  readonly close: string;
  readonly member: string;
  read(tokens: readonly Token[], index: number): number | JsonMistake;
}

function readList(tokens: readonly Token[], start: number, { close, read, member }: ListRule): number | JsonMistake {
  if (tokens[start]?.text === close) return start + 1;
  for (let index = start; ; index += 1) {
    if (tokens[index]?.text === close) return unexpected(tokens[index], `${member} after the comma`);
    const after = read(tokens, index);
    if (typeof after !== "number") return after;
    if (tokens[after]?.text === close) return after + 1;
    if (tokens[after]?.text !== ",") return unexpected(tokens[after], `\`,\` or \`${close}\``);
    index = after;
  }
}

function readMember(tokens: readonly Token[], index: number): number | JsonMistake {
  const key = tokens[index];
  if (!key?.text.startsWith('"') || !isScalar(key.text)) return unexpected(key, "a key in double quotes");
  if (tokens[index + 1]?.text !== ":") return unexpected(tokens[index + 1], "`:`");
  return readValue(tokens, index + 2);
}

function isScalar(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function unexpected(token: Token | undefined, expected: string): JsonMistake {
  const found = token === undefined || token.text === "" ? "the end of the file" : `\`${token.text}\``;
  return { offset: token?.offset ?? 0, reason: `expected ${expected}, found ${found}` };
}
