/** From what zod reports to what is wrong: one leaf for each wrong place, without the noise of unions. */
import type * as z from "zod/mini";
import type { KeyPath } from "./key-path.ts";

/** What is wrong at one place of the config. */
export interface Problem {
  readonly path: KeyPath;
  readonly message?: string | undefined;
  readonly expected?: string | undefined;
  readonly found?: string | undefined;
  readonly suggestion?: string | undefined;
}

/** The part of a zod issue that is read here; `message` is what was expected, by `describeExpected`. */
export interface Issue {
  readonly code: string;
  readonly path: KeyPath;
  readonly message: string;
  readonly keys?: readonly string[];
  readonly values?: readonly unknown[];
  readonly options?: readonly unknown[];
  /** invalid_union: the issues of each branch; empty when no `kind` matched. */
  readonly errors?: readonly (readonly Issue[])[];
  /** invalid_key: what is wrong with the key itself. */
  readonly issues?: readonly Issue[];
}

/** One wrong place. `unknownKey` names a key that the object at `path` does not have; `candidates` what fits there. */
export interface Leaf {
  readonly path: KeyPath;
  readonly expected: string;
  readonly unknownKey?: string;
  readonly candidates?: readonly string[];
  /** The key itself is wrong, not what it holds. */
  readonly isKey?: boolean;
}

/** zod's error map: the message of an issue says what was expected. */
export function describeExpected(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "unrecognized_keys":
      return Object.keys((issue.inst as z.ZodMiniObject | undefined)?.shape ?? {}).join(" ");
    case "invalid_type":
      return TYPES[issue.expected] ?? `a value of type ${issue.expected}`;
    case "invalid_value":
      return oneOf(issue.values);
    case "invalid_union":
      return "";
    default:
      return undefined;
  }
}

/** The wrong places that an issue stands for; in a union, those of the branch that the value was meant for. */
export function leavesOf(issue: Issue, parent: KeyPath = []): Leaf[] {
  const path = [...parent, ...issue.path];
  switch (issue.code) {
    case "unrecognized_keys":
      return (issue.keys ?? []).map((unknownKey) => unknownKeyLeaf(path, unknownKey, issue.message.split(" ")));
    case "invalid_key":
      return [{ path, expected: issue.issues?.[0]?.message ?? "another key", isKey: true }];
    case "invalid_value":
      return [{ path, expected: issue.message, candidates: (issue.values ?? []).map(String) }];
    case "invalid_union":
      return unionLeaves(issue, path);
    default:
      return [{ path, expected: issue.message }];
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "`true` or `false`",
  array: "a list",
  object: "an object",
  record: "an object",
};

function unknownKeyLeaf(path: KeyPath, unknownKey: string, known: readonly string[]): Leaf {
  return { path: [...path, unknownKey], expected: oneOf(known), unknownKey, candidates: known };
}

function unionLeaves(issue: Issue, path: KeyPath): Leaf[] {
  if (issue.options !== undefined) {
    return [{ path, expected: oneOf(issue.options), candidates: issue.options.map(String) }];
  }
  const branches = issue.errors ?? [];
  const meant = branches.filter((branch) => !isOtherType(branch)).sort((one, other) => cost(one) - cost(other))[0];
  if (meant !== undefined) return meant.flatMap((inner) => leavesOf(inner, path));
  const expected = issue.message || branches.map(expectedOf).join(" or ");
  return [{ path, expected }];
}

/** The value is of another type altogether, so this branch was not meant. */
function isOtherType(branch: readonly Issue[]): boolean {
  return branch.some(({ code, path, errors }) => {
    if (path.length > 0) return false;
    return code === "invalid_type" || (code === "invalid_union" && (errors ?? []).every(isOtherType));
  });
}

function cost(branch: readonly Issue[]): number {
  return branch.reduce((sum, issue) => sum + (issue.keys?.length ?? 1), 0);
}

function expectedOf(branch: readonly Issue[]): string {
  const [issue] = branch;
  return issue === undefined ? "" : issue.message || (issue.errors ?? []).map(expectedOf).join(" or ");
}

function oneOf(values: readonly unknown[]): string {
  const list = values.map((value) => `\`${String(value)}\``).join(", ");
  return values.length === 1 ? list : `one of ${list}`;
}
