/**
 * How far a container has come, told by the end of its name: the one thing of a container that can be
 * changed later, and that every listing shows. A name without an end is that of a finished container.
 */
export type Phase = "done" | "create" | "start" | "old";

/** `create`, `start`: that hook has not ended well yet. `old`: another is taking its place; what it was stands before. */
const ends: readonly Phase[] = ["create", "start", "old"];

export function phaseOf(name: string): Phase {
  return ends.find((phase) => name.endsWith(`.${phase}`)) ?? "done";
}

/** The name of a container in a phase, whatever its phase is now. */
export function nameInPhase(name: string, phase: Phase): string {
  if (phase === "old") return `${name}.old`;
  let plain = name;
  while (phaseOf(plain) !== "done") plain = plain.slice(0, plain.lastIndexOf("."));
  return phase === "done" ? plain : `${plain}.${phase}`;
}

/** The name that a container had before another was to take its place. */
export function nameBefore(name: string): string {
  return phaseOf(name) === "old" ? name.slice(0, -".old".length) : name;
}
