import type { EnvironmentSpec, Spec } from "../../spec/spec.ts";

/** Each environment after the one that it builds on. */
export function withBases({ environments }: Spec, names: readonly string[]): readonly EnvironmentSpec[] {
  const found = new Set<EnvironmentSpec>();
  const visit = (name: string): void => {
    const environment = environments.find((one) => one.name === name);
    if (environment === undefined || found.has(environment)) return;
    const { from } = environment.image;
    if (from.kind === "environment") visit(from.environment);
    found.add(environment);
  };
  for (const name of names) visit(name);
  return [...found];
}
