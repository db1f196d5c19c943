/** The keys that one developer sets for himself, laid over those of an environment; and where each one came from. */
import type { EnvironmentConfig, LocalEnvironmentConfig } from "./define.ts";
import type { KeyPath } from "./key-path.ts";

/**
 * Records merge key by key; a list is the base's entries, then mine, where a port takes the place of those
 * with the same container port, and a mount of those with the same target; for all else mine wins.
 */
export function overlay(base: EnvironmentConfig, mine: LocalEnvironmentConfig): EnvironmentConfig {
  const merged = new Map<string, unknown>(Object.entries(base));
  for (const [key, value] of Object.entries(mine)) {
    if (value !== undefined) merged.set(key, overlayValue(key, merged.get(key), value));
  }
  return Object.fromEntries(merged) as unknown as EnvironmentConfig;
}

/** Where a key of the overlaid environment stands: in mine or in the base, and by which path there. */
export function sideOf(
  path: KeyPath,
  base: EnvironmentConfig,
  mine: LocalEnvironmentConfig,
): { readonly isMine: boolean; readonly path: KeyPath } {
  const [first, step, ...rest] = path;
  const key = String(first);
  const [under, over] = [memberOf(base, key), memberOf(mine, key)];
  if (over === undefined) return { isMine: false, path };
  const lists = listsOf(key, under, over);
  if (lists !== undefined && typeof step === "number") {
    const index = lists.kept[step];
    if (index !== undefined) return { isMine: false, path: [key, index, ...rest] };
    return { isMine: true, path: [key, step - lists.kept.length, ...rest] };
  }
  const isMine = !isRecord(under) || !isRecord(over) || step === undefined || memberOf(over, step) !== undefined;
  return { isMine, path };
}

function overlayValue(key: string, under: unknown, over: unknown): unknown {
  const lists = listsOf(key, under, over);
  if (lists !== undefined) return [...lists.kept.map((index) => lists.base[index]), ...lists.mine];
  return isRecord(under) && isRecord(over) ? { ...under, ...withoutUndefined(over) } : over;
}

interface Lists {
  readonly base: readonly unknown[];
  /** Indices of the base's entries that stay. */
  readonly kept: readonly number[];
  readonly mine: readonly unknown[];
}

function listsOf(key: string, under: unknown, over: unknown): Lists | undefined {
  // One env file may be written without the list.
  const asList = (value: unknown) => (key === "envFile" && typeof value === "string" ? [value] : value);
  const [base, mine] = [asList(under), asList(over)];
  if (!Array.isArray(base) || !Array.isArray(mine)) return undefined;
  const identify = identities[key];
  const replaced = new Set(identify === undefined ? [] : mine.map(identify));
  const kept = base.flatMap((item, index) => (identify !== undefined && replaced.has(identify(item)) ? [] : [index]));
  return { base, kept, mine };
}

/** What two entries of a list have in common that cannot both be there. */
const identities: Readonly<Record<string, (entry: unknown) => unknown>> = {
  ports: (port) => (isRecord(port) ? port.container : port),
  mounts: (mount) => (isRecord(mount) ? mount.target : String(mount).split(":")[1]),
};

function withoutUndefined(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

function memberOf(value: object, key: string | number): unknown {
  return Object.hasOwn(value, key) ? (value as Record<string | number, unknown>)[key] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
