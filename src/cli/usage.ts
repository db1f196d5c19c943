/** Wrong usage, worded. */
import { type DevenvError, devenvError } from "../errors.ts";

export function usageError(message: string, hint?: string): DevenvError {
  return devenvError("USAGE", hint === undefined ? { message } : { message, hint });
}

export async function unknownCommand(name: string, names: readonly string[]): Promise<DevenvError> {
  const near = await nearest(name, names);
  return usageError(`Unknown command \`${name}\``, near === undefined ? undefined : `did you mean \`devenv ${near}\`?`);
}

export interface Takes {
  /** The command line that takes them: `devenv up`. */
  readonly where: string;
  readonly options: readonly string[];
  /** It runs a command of the user's, given after `--`. */
  readonly rest: boolean;
}

export async function unknownOption(option: string, { where, options, rest }: Takes): Promise<DevenvError> {
  const written = option.split("=")[0] ?? option;
  const near = await nearest(written.replace(/^-+/, ""), options);
  const other = rest ? "what is not for devenv itself comes after `--`" : `run \`${where} --help\``;
  return usageError(
    `\`${where}\` has no option \`${written}\``,
    near === undefined ? other : `did you mean \`--${near}\`?`,
  );
}

/** The candidate that a word was probably meant to be: at most a third of its letters differ. */
async function nearest(word: string, candidates: readonly string[]): Promise<string | undefined> {
  const { closest, distance } = await import("fastest-levenshtein");
  const near = closest(word, candidates);
  return distance(word, near) <= Math.max(1, Math.floor(near.length / 3)) ? near : undefined;
}
