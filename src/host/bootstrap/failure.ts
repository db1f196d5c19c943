import { devenvError, isDevenvError } from "../../errors.ts";

export interface FailurePlace {
  readonly program: "apt-get" | "mmdebstrap";
  readonly suite: string;
  /** Undefined: only locked packages took part. */
  readonly mirror: string | undefined;
}

/** BOOTSTRAP_FAILED where a program failed; any other error as it is. */
export function explainFailure(error: unknown, place: FailurePlace): unknown {
  if (!isDevenvError(error, "PROGRAM_FAILED")) return error;
  const { exitCode, output } = error.details as { exitCode: number; output: string };
  return devenvError("BOOTSTRAP_FAILED", { ...place, exitCode, output: output.split("\n") }, error);
}
