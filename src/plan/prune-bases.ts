import { baseClaimTag, isSharedBase, readImageName } from "./image-names.ts";
import type { PrunedItem, PruneInput } from "./prune-input.ts";

/** The project's own names of bases that it does not use any more, and the shared one once no project has its own. */
export function pruneBases({ project, known, environments, images }: PruneInput): readonly PrunedItem[] {
  if (environments === undefined) return [];
  const used = new Set(
    environments.flatMap(({ image }) => [...known].map((id) => baseClaimTag({ project, id }, image.baseTag ?? ""))),
  );
  return images.flatMap(({ tags, size, created }) => {
    const unused = tags.filter((tag) => isOwnClaim(tag, known) && !used.has(tag));
    const left = tags.filter((tag) => !unused.includes(tag) && !isSharedBase(tag));
    // also one of an earlier version, which does not tell of which project of its name it is
    const isClaimed = unused.length === 0 || left.some((tag) => readImageName(tag)?.kind === "base");
    const names = isClaimed ? unused : [...unused, ...tags.filter(isSharedBase)];
    const isLast = !isClaimed && left.length === 0;
    return names.map((tag, index): PrunedItem => {
      const reason = "no environment of the config is built on it";
      const freed = isLast && index === 0 ? size : undefined;
      return { kind: "image", reference: tag, name: tag, size: freed, created, reason };
    });
  });
}

function isOwnClaim(tag: string, known: ReadonlySet<string>): boolean {
  const name = readImageName(tag);
  return name?.kind === "base" && name.id !== undefined && known.has(name.id);
}
