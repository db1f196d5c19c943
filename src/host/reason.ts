import { getSystemErrorMap } from "node:util";

/** Why something failed, for a message: `permission denied (EACCES)` for what the system reported, else the error's own words. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Every address of a name was tried; they fail alike.
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (error instanceof SyntaxError) return malformed(error.message);
  const { errno } = error as NodeJS.ErrnoException;
  const [code, words] = (typeof errno === "number" && getSystemErrorMap().get(errno)) || [];
  if (code !== undefined) return `${words} (${code})`;
  return error.message === "" ? error.name : error.message;
}

/** Without the text that such an error is about, which the language quotes: it may be anything. */
function malformed(message: string): string {
  const [, line, column] = /\(line (\d+) column (\d+)\)$/.exec(message) ?? [];
  if (line !== undefined) return `it is malformed in line ${line}, column ${column}`;
  return message === "Unexpected end of JSON input" ? "it ends too early" : "it is malformed";
}

/** The system's word for what went wrong, such as ENOENT. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
