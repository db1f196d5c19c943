import type { PrunedItem, PruneInput } from "./prune-input.ts";

/** Images that hold the agent of the sync; the tag is the digest of the program. */
export const agentRepository = "localhost/devenv/sync-agent";

/** Another version of devenv that is about to use one has it made lately. */
const youngSeconds = 24 * 60 * 60;

/** Those of other versions of devenv that no container was made from. */
export function pruneAgents({ agents, ownAgents, containers, otherImages, now }: PruneInput): readonly PrunedItem[] {
  const used = new Set([...ownAgents, ...otherImages, ...containers.map(({ image }) => image)]);
  return agents.flatMap(({ id, tags, size, created }) => {
    if (now - created < youngSeconds || used.has(id) || tags.some((tag) => used.has(tag))) return [];
    const own = tags.filter((tag) => tag.startsWith(`${agentRepository}:`));
    return own.map((tag, index): PrunedItem => {
      const freed = index === 0 && own.length === tags.length ? size : undefined;
      return { kind: "image", reference: tag, name: tag, size: freed, created, reason: "no synced workspace uses it" };
    });
  });
}
