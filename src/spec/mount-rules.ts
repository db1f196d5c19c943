import { posix } from "node:path";
import { childKey } from "./child-key.ts";
import type { RuleIssue } from "./rule.ts";
import type { EnvironmentSpec, Spec } from "./spec.ts";

/** No two things may be mounted at one path, and `~` needs a user whose home is known. */
export function mountRules(environment: EnvironmentSpec, spec: Spec): readonly RuleIssue[] {
  return [...targetsTaken(environment), ...homelessCaches(environment, spec)];
}

function targetsTaken({ key, workspace, mounts, caches }: EnvironmentSpec): RuleIssue[] {
  const targets = [
    { key: childKey(childKey(key, "workspace"), "target"), target: workspace.target },
    ...workspace.volumes.map((folder, index) => ({
      key: `${childKey(childKey(key, "workspace"), "volumes")}[${index}]`,
      target: posix.join(workspace.target, folder),
    })),
    ...mounts,
    ...caches.map(({ name, target }) => ({ key: childKey(childKey(key, "caches"), name), target })),
  ];
  const owners = new Map<string, string>();
  return targets.flatMap((one) => {
    const owner = owners.get(one.target);
    if (owner === undefined) owners.set(one.target, one.key);
    return owner === undefined ? [] : [{ key: one.key, message: `\`${one.target}\` is taken by \`${owner}\` already` }];
  });
}

function homelessCaches(environment: EnvironmentSpec, spec: Spec): RuleIssue[] {
  const { key, caches } = environment;
  if (!caches.some(({ target }) => target.startsWith("~")) || userOf(environment, spec) !== undefined) return [];
  const message = "a path below `~` needs a user: set `image.user`, or write the whole path";
  return [{ key: childKey(key, "caches"), message }];
}

/** The user of an environment's image, or of the one it builds on; bases that lead nowhere, or round, are reported elsewhere. */
function userOf({ image, name }: EnvironmentSpec, spec: Spec, seen: readonly string[] = []): string | undefined {
  const { user, from } = image;
  if (user !== undefined || from.kind !== "environment" || seen.includes(name)) return user;
  const base = spec.environments.find((one) => one.name === from.environment);
  return base === undefined ? undefined : userOf(base, spec, [...seen, name]);
}
