import { SideError } from "./side.ts";

/** Undefined for what is not there. */
export async function unlessMissing<Result>(result: Promise<Result>): Promise<Result | undefined> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof SideError && error.kind === "missing") return undefined;
    throw error;
  }
}
