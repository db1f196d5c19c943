import { createHash } from "node:crypto";

/** Lower-case hex sha256, 64 characters, without a prefix. */
export type Sha256 = string;

/** sha256 of text (as UTF-8) or bytes. */
export function sha256(data: string | Uint8Array): Sha256 {
  return createHash("sha256").update(data).digest("hex");
}

/** JSON with sorted keys and no white space; `undefined` members are left out. Equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => (isRecord(member) ? sortKeys(member) : member));
}

/** sha256 over the canonical JSON of a value. */
export function digestOf(value: unknown): Sha256 {
  return sha256(canonicalJson(value));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sortKeys(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(record)
      .sort()
      .map((key) => [key, record[key]]),
  );
}
