import type { Fact } from "./plan.ts";

/** One piece of an input that differs. */
export interface FactChange {
  readonly what: Fact["what"];
  /** Of a file its path, of a package, variable or option its name; empty where there is one of its kind. */
  readonly name: string;
  readonly change: "added" | "removed" | "changed";
  /** As people know it; absent where it would tell nothing, or must not be told. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** What differs between two lists of facts of one place, sorted by kind and name. */
export function factChanges(before: readonly Fact[], after: readonly Fact[]): readonly FactChange[] {
  const [old, now] = [byName(before), byName(after)];
  const isUnlocked = ![before, after].every((facts) => facts.some(({ what }) => what === "package"));
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((key): FactChange[] => {
    const [from, to] = [old.get(key), now.get(key)];
    const fact = to ?? from;
    if (fact === undefined || (from?.value === to?.value && from?.shown === to?.shown)) return [];
    // what is not locked yet is not known to lose its packages
    if (fact.what === "package" && isUnlocked) return [];
    const change = from === undefined ? "added" : to === undefined ? "removed" : "changed";
    const isTold = from?.shown !== to?.shown;
    return [{ what: fact.what, name: fact.name, change, ...(isTold ? { from: from?.shown, to: to?.shown } : {}) }];
  });
}

/** The second of a kind without a name is compared with the second. */
function byName(facts: readonly Fact[]): ReadonlyMap<string, Fact> {
  const found = new Map<string, Fact>();
  for (const fact of facts) {
    let key = `${fact.what}\0${fact.name}\0`;
    while (found.has(key)) key += "+";
    found.set(key, fact);
  }
  return found;
}
