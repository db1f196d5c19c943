/** A shorter line of a secret, such as `}`, says nothing and stands everywhere. */
const minLineLength = 4;

/**
 * Puts `***` in the place of every value, of each of its lines that is long enough to tell something, and
 * of its base64.
 */
export function redactor(values: Iterable<Uint8Array>): (text: string) => string {
  const forms = new Set([...values].flatMap(formsOf).filter((form) => form !== ""));
  if (forms.size === 0) return (text) => text;
  const longestFirst = [...forms].toSorted((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map(escapePattern).join("|"), "g");
  return (text) => text.replace(pattern, "***");
}

function formsOf(value: Uint8Array): string[] {
  const bytes = Buffer.from(value);
  const text = bytes.toString("utf8");
  const trimmed = text.trim();
  const lines = text.split(/\r?\n/).filter((line) => line.trim().length >= minLineLength);
  return [text, trimmed, ...lines, bytes.toString("base64"), Buffer.from(trimmed).toString("base64")];
}

/** `RegExp.escape`, which Node.js 22 does not have. */
function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
