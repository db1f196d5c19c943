/** Addresses of archives that this machine has met: a lock never holds them. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { canonicalJson } from "../../digest.ts";
import { writeFileAtomic } from "../atomic-write.ts";

/** By archive, the latest first. */
export type KnownArchives = Readonly<Record<string, readonly string[]>>;

/** Of each archive. */
const mostAddresses = 8;

export async function readKnownArchives(cacheDir: string): Promise<KnownArchives> {
  try {
    const value: unknown = JSON.parse(await readFile(recordPath(cacheDir), "utf8"));
    const entries = Object.entries((value ?? {}) as Record<string, unknown>);
    return Object.fromEntries(
      entries.filter((entry): entry is [string, string[]] => Array.isArray(entry[1]) && entry[1].every(isAddress)),
    );
  } catch {
    // absent or damaged alike
    return {};
  }
}

export async function rememberArchives(
  cacheDir: string,
  met: readonly { readonly archive: string; readonly address: string }[],
): Promise<void> {
  const known = { ...(await readKnownArchives(cacheDir)) };
  for (const { archive, address } of met.filter((one) => isAddress(one.address))) {
    const others = (known[archive] ?? []).filter((other) => other !== address);
    known[archive] = [address, ...others].slice(0, mostAddresses);
  }
  await writeFileAtomic(recordPath(cacheDir), `${canonicalJson(known)}\n`, 0o600);
}

function isAddress(value: unknown): boolean {
  return typeof value === "string" && /^https?:\/\//.test(value);
}

function recordPath(cacheDir: string): string {
  return join(cacheDir, "packages", "archives.json");
}
