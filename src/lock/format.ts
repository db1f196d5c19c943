/** The text of a lock file. */
import { devenvError } from "../errors.ts";
import { conflictLine, conflictSides, mergeLockfiles } from "./conflict.ts";
import { emptyLockfile, type Lockfile, lockfileName, lockfileVersion } from "./lockfile.ts";
import { withoutGoodSets } from "./quick-check.ts";
import { lockfileSchema } from "./schema.ts";

/**
 * Canonical JSON, one pin a group of lines: keys sorted, two spaces, `\n` at the end. Equal locks give
 * equal text, and pins that two branches added to different places merge without a conflict.
 */
export function printLockfile(lockfile: Lockfile): string {
  const sorted = (_key: string, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value;
  return `${JSON.stringify({ ...lockfile, version: lockfileVersion }, sorted, 2)}\n`;
}

/** Throws LOCK_INVALID, LOCK_CONFLICT, LOCK_VERSION. */
export function parseLockfile(content: string): Lockfile {
  const value = parseJson(content);
  const version = (value as { readonly version?: unknown } | null)?.version;
  if (typeof version === "number" && version > lockfileVersion) {
    throw devenvError("LOCK_VERSION", { file: lockfileName, version, known: lockfileVersion });
  }
  const result = lockfileSchema.safeParse(withoutGoodSets(value), { error: expectedType });
  if (!result.success) {
    throw invalid(describe(result.error.issues[0] as Issue));
  }
  // the schema changes nothing, so what it took is the value itself
  const { version: _version, ...lockfile } = value as Lockfile & { readonly version: number };
  return lockfile;
}

/** Where a check of the schema does not say itself what it expected. */
function expectedType(issue: { readonly code?: string | undefined; readonly expected?: unknown }): string | undefined {
  return issue.code === "invalid_type" ? `a value of type ${String(issue.expected)}` : undefined;
}

/** The part of a zod issue that is read here. */
interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
  /** Of a union: the issues of each of its members. */
  readonly errors?: readonly (readonly Issue[])[];
}

/** In a union, what is wrong with the member that fits best. */
function describe({ path, message, keys, errors = [] }: Issue, above: readonly PropertyKey[] = []): string {
  const place = [...above, ...path];
  const [best] = errors.flat().sort((one, other) => other.path.length - one.path.length);
  if (best !== undefined) return describe(best, place);
  const reason = keys === undefined ? `expected ${message}` : `it has ${keys.map((key) => `\`${key}\``).join(", ")}`;
  return place.length === 0 ? reason : `\`${place.map(String).join(" → ")}\`: ${reason}`;
}

function parseJson(content: string): unknown {
  if (content.startsWith("\uFEFF")) throw invalid("it starts with a byte order mark");
  try {
    return JSON.parse(content, /__proto__|\\u/.test(content) ? refusePrototypes : undefined);
  } catch (error) {
    const line = conflictLine(content);
    if (line !== undefined) throw devenvError("LOCK_CONFLICT", { file: lockfileName, line });
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}

/** A record takes such a key for what it inherits from. */
function refusePrototypes(key: string, value: unknown): unknown {
  if (key === "__proto__") throw new Error("it has a key `__proto__`");
  return value;
}

/** The lock of a text that may have the marks of a merge: the pins of both sides. Throws LOCK_INVALID, LOCK_VERSION. */
export function parseMergedLockfile(content: string): Lockfile {
  if (conflictLine(content) === undefined) return parseLockfile(content);
  const [ours, theirs] = conflictSides(content).map(parseLockfile);
  return mergeLockfiles(ours ?? emptyLockfile, theirs ?? emptyLockfile);
}

function invalid(reason: string) {
  return devenvError("LOCK_INVALID", { file: lockfileName, reason });
}
