import { isDevenvError } from "../../errors.ts";
import { reasonOf } from "../../host/reason.ts";
import { emptyLockfile } from "../../lock/lockfile.ts";
import { readLockfile } from "../../lock/store.ts";
import type { EnvironmentPlan } from "../../plan/plan.ts";
import type { OperationContext } from "../operation.ts";
import { writeUp } from "./up-record.ts";

/** Before their containers are made: from then on `start` has to know them. Where it cannot be written, that is said. */
export async function rememberUp(
  { host, spec, report }: OperationContext,
  environments: readonly EnvironmentPlan[],
): Promise<void> {
  try {
    const lockfile = (await readLockfile(spec.root)) ?? emptyLockfile;
    await writeUp(host, { root: spec.root, lockfile, environments });
  } catch (error) {
    const reason = isDevenvError(error) ? error.message : reasonOf(error);
    report({ kind: "warning", text: `\`devenv start\` will not know these environments: ${reason}` });
  }
}
