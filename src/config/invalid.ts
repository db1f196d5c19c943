/** CONFIG_INVALID, each problem with its place in the file. Loaded only when it is needed. */
import { type DevenvError, devenvError, type SourcePlace } from "../errors.ts";
import { type KeyPath, printKeyPath } from "./key-path.ts";
import { locateKey } from "./locate.ts";
import type { Problem } from "./zod-issues.ts";

/** A config file, its name as messages show it, and its text as it was loaded. */
export interface ConfigText {
  readonly file: string;
  readonly shown: string;
  readonly text: string;
}

export async function invalidConfig(config: ConfigText, problems: readonly Problem[]): Promise<DevenvError> {
  const placed = await Promise.all(
    problems.map(async ({ path, ...problem }) => ({
      key: printKeyPath(path),
      place: await placeOf(config, path),
      ...problem,
    })),
  );
  placed.sort((one, other) => (one.place.line ?? 0) - (other.place.line ?? 0));
  return devenvError("CONFIG_INVALID", { file: config.shown, problems: placed });
}

export async function placeOf({ file, shown, text }: ConfigText, path: KeyPath): Promise<SourcePlace> {
  return { file: shown, ...(await locateKey(file, text, path)) };
}
