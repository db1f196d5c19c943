import { claimPrefix, claimTag, isSharedBase } from "./base-image.ts";
import type { PrunedItem, PruneInput } from "./prune-input.ts";

/** The project's own names of bases that it does not use any more, and the shared one once no project has its own. */
export function pruneBases({ project, environments, bases }: PruneInput): readonly PrunedItem[] {
  if (environments === undefined) return [];
  const used = new Set(environments.map(({ image }) => claimTag(project, image.baseTag ?? "")));
  return bases.flatMap(({ tags, size, created }) => {
    const unused = tags.filter((tag) => tag.startsWith(claimPrefix(project)) && !used.has(tag));
    const left = tags.filter((tag) => !unused.includes(tag) && !isSharedBase(tag));
    const isClaimed = unused.length === 0 || left.some((tag) => /^localhost\/[^/]+\/devenv\//.test(tag));
    const names = isClaimed ? unused : [...unused, ...tags.filter(isSharedBase)];
    const isLast = !isClaimed && left.length === 0;
    return names.map((tag, index): PrunedItem => {
      const reason = "no environment of the config is built on it";
      const freed = isLast && index === 0 ? size : undefined;
      return { kind: "image", reference: tag, name: tag, size: freed, created, reason };
    });
  });
}
