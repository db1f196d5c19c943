/** Whether a process does what is wanted by now. Pure. */
import { changedInputs } from "../../plan/diff.ts";
import type { FinalAnswer } from "./client.ts";
import type { Circumstances, Settings } from "./settings.ts";

interface WantedNow {
  /** Undefined where that does not count. */
  readonly now: Circumstances | undefined;
  readonly wanted: Settings | undefined;
}

/** Why an environment is kept in step otherwise than is wanted, in the user's words; undefined when nothing keeps it so. */
export function changesIn(
  answer: FinalAnswer | undefined,
  name: string,
  { now, wanted }: WantedNow,
): readonly string[] | undefined {
  const one = answer?.kind === "done" ? answer.environments.find(({ environment }) => environment === name) : undefined;
  if (one === undefined) return undefined;
  const isKnown = one.settings !== undefined && wanted !== undefined;
  return [...changedProcess(answer, now), ...(isKnown ? changedInputs(one.settings, wanted) : [])];
}

/** Why the process is to be started anew; empty when it is as it should be, and when there is none. */
export function changedProcess(answer: FinalAnswer | undefined, now: Circumstances | undefined): readonly string[] {
  if (answer?.kind !== "done" || now === undefined) return [];
  const { circumstances: before } = answer;
  return [
    ...(before?.program === now.program ? [] : ["devenv is another version"]),
    ...(before === undefined || before.engine === now.engine ? [] : ["the engine is another one"]),
  ];
}
