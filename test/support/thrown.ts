import { isDevenvError } from "../../src/errors.ts";

/** The code and full text of the error that an action ends with, as `devenv` shows them; fails when it ends well. */
export async function thrown(action: Promise<unknown>): Promise<{ code: string; text: string }> {
  const error = await action.then(
    (value) => new Error(`no error, but ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (!isDevenvError(error)) throw error;
  const hint = error.hint === undefined ? "" : `\n\nhint: ${error.hint}`;
  return { code: error.code, text: error.message + hint };
}
