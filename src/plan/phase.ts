/**
 * How far a container has come, told by the end of its name: the one thing of a container that can be
 * changed later, and that every listing shows. A name without an end is that of a finished container.
 */
export type Phase = "done" | "create" | "start" | "old";

/** `create`, `start`: that hook has not ended well yet. `old`: another is taking its place. */
const ends: readonly Phase[] = ["create", "start", "old"];

export function phaseOf(name: string): Phase {
  return ends.find((phase) => name.endsWith(`.${phase}`)) ?? "done";
}

/** The name of a container in a phase, whatever its phase is now. */
export function nameInPhase(name: string, phase: Phase): string {
  const plain = phaseOf(name) === "done" ? name : name.slice(0, name.lastIndexOf("."));
  return phase === "done" ? plain : `${plain}.${phase}`;
}
