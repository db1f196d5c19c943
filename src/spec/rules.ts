/** Rules that span several keys of the config; each gives what breaks it. */

import { childKey } from "./child-key.ts";
import { parseImageReference } from "./image-reference.ts";
import { mountRules } from "./mount-rules.ts";
import type { RuleIssue } from "./rule.ts";
import { secretRules } from "./secret-rules.ts";
import type { EnvironmentSpec, Spec } from "./spec.ts";
import { workspaceRules } from "./workspace-rules.ts";

export function checkRules(spec: Spec): readonly RuleIssue[] {
  return [
    ...spec.environments.flatMap((environment) => [
      ...imageReference(environment),
      ...baseEnvironment(environment, spec),
      ...taskDependencies(environment),
      ...secretRules(environment),
      ...mountRules(environment, spec),
      ...workspaceRules(environment),
      ...leastMemory(environment),
    ]),
    ...hostPorts(spec),
  ];
}

function imageReference({ image }: EnvironmentSpec): RuleIssue[] {
  if (image.from.kind !== "reference" || parseImageReference(image.from.reference) !== undefined) return [];
  return [
    { key: image.key, message: `\`${image.from.reference}\` is not an image reference such as \`debian:bookworm\`` },
  ];
}

function baseEnvironment(environment: EnvironmentSpec, spec: Spec): RuleIssue[] {
  const key = `${environment.image.key}.from.environment`;
  const seen = [environment.name];
  let current = environment;
  while (current.image.from.kind === "environment") {
    const { environment: base } = current.image.from;
    const next = spec.environments.find(({ name }) => name === base);
    if (next === undefined) return current === environment ? [unknown(key, "environment", base, namesOf(spec))] : [];
    if (seen.includes(base))
      return [{ key, message: `environments build on each other: ${[...seen, base].join(" → ")}` }];
    seen.push(base);
    current = next;
  }
  return [];
}

function taskDependencies({ key, tasks }: EnvironmentSpec): RuleIssue[] {
  return Object.entries(tasks).flatMap(([name, task]) => {
    const taskKey = childKey(childKey(childKey(key, "tasks"), name), "dependsOn");
    const missing = task.dependsOn.filter((other) => tasks[other] === undefined);
    if (missing.length > 0) return missing.map((other) => unknown(taskKey, "task", other, Object.keys(tasks)));
    const cycle = findCycle(name, (task) => tasks[task]?.dependsOn ?? []);
    return cycle === undefined ? [] : [{ key: taskKey, message: `tasks depend on each other: ${cycle.join(" → ")}` }];
  });
}

/** The way from `start` back to itself along `next`, if there is one. */
function findCycle(start: string, next: (name: string) => readonly string[]): readonly string[] | undefined {
  const seen = new Set<string>();
  const visit = (way: readonly string[]): readonly string[] | undefined => {
    for (const name of next(way.at(-1) ?? start)) {
      if (name === start) return [...way, name];
      if (seen.has(name)) continue;
      seen.add(name);
      const found = visit([...way, name]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return visit([start]);
}

/** Bytes that engines give at least. */
const leastBytes = 6 * 2 ** 20;

function leastMemory({ key, resources: { memory } }: EnvironmentSpec): RuleIssue[] {
  if (memory === undefined || memory >= leastBytes) return [];
  return [{ key: childKey(childKey(key, "resources"), "memory"), message: "engines give no less than `6m`" }];
}

/** Two environments may want one host port, and the second gets another; none may insist on one that is wanted twice. */
function hostPorts(spec: Spec): RuleIssue[] {
  const owners = new Map<number, { readonly key: string; readonly environment: string; readonly required: boolean }>();
  return spec.environments.flatMap(({ key, name, ports }) =>
    ports.flatMap((port, index) => {
      const portKey = `${childKey(key, "ports")}[${index}]`;
      const owner = owners.get(port.host);
      if (owner === undefined) owners.set(port.host, { key: portKey, environment: name, required: port.required });
      if (owner === undefined || (owner.environment !== name && !(owner.required || port.required))) return [];
      return [{ key: portKey, message: `host port ${port.host} is taken by \`${owner.key}\` already` }];
    }),
  );
}

function unknown(key: string, kind: string, name: string, known: readonly string[]): RuleIssue {
  const list = known.map((item) => `\`${item}\``).join(", ");
  return { key, message: `there is no ${kind} \`${name}\`; there is ${list === "" ? "none" : list}` };
}

function namesOf(spec: Spec): readonly string[] {
  return spec.environments.map(({ name }) => name);
}
