import { join } from "node:path";
import { LOCAL_NAMES } from "../../config/find.ts";
import { isDevenvError } from "../../errors.ts";
import { reasonOf } from "../../host/reason.ts";
import { emptyLockfile } from "../../lock/lockfile.ts";
import { readLockfile } from "../../lock/store.ts";
import type { EnvironmentPlan } from "../../plan/plan.ts";
import type { OperationContext } from "../operation.ts";
import { readUp, writeUp } from "./up-record.ts";

/** Whoever is not its author may not know of it: it is in no commit. */
async function nameNewOverrides(
  { host, spec, report }: Pick<OperationContext, "host" | "spec" | "report">,
  [environment]: readonly EnvironmentPlan[],
): Promise<void> {
  const before = environment && (await readUp(host, spec.root, environment.name));
  const isNew = (file: string) => LOCAL_NAMES.includes(file) && before?.files[join(spec.root, file)] === undefined;
  for (const file of before === undefined ? [] : (spec.configFiles ?? []).filter(isNew)) {
    const text = `\`${file}\` is new since the last \`devenv up\`: it runs on this machine, and changes ports, mounts and variables`;
    report({ kind: "warning", text });
  }
}

/** Before their containers are made: from then on `start` has to know them. Where it cannot be written, that is said. */
export async function rememberUp(
  { host, spec, report }: OperationContext,
  environments: readonly EnvironmentPlan[],
): Promise<void> {
  try {
    await nameNewOverrides({ host, spec, report }, environments);
    const lockfile = (await readLockfile(spec.root)) ?? emptyLockfile;
    await writeUp(host, { root: spec.root, lockfile, environments });
  } catch (error) {
    const reason = isDevenvError(error) ? error.message : reasonOf(error);
    report({ kind: "warning", text: `\`devenv start\` will not know these environments: ${reason}` });
  }
}
