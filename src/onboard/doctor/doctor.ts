import { checkBootstrapTools } from "./bootstrap-check.ts";
import type { Check, CheckResult, DoctorContext } from "./check.ts";
import { checkDisk } from "./disk-check.ts";
import { checkEngine } from "./engine-check.ts";
import { checkEngineVersion } from "./engine-version-check.ts";
import { checkCertificates, checkProxy } from "./network-check.ts";
import { checkNode } from "./node-check.ts";

export interface DoctorReport {
  readonly checks: readonly CheckResult[];
}

/** In this order: what comes later counts on what came before. */
const checks: readonly Check[] = [
  checkNode,
  checkEngine,
  checkEngineVersion,
  checkBootstrapTools,
  checkDisk,
  checkCertificates,
  checkProxy,
];

/** See whether this machine has what devenv needs, and with `fix` install and start what is missing. */
export async function runDoctor(context: DoctorContext): Promise<DoctorReport> {
  const results: CheckResult[] = [];
  for (const check of checks) {
    const result = await check(context);
    if (result !== undefined) results.push(result);
  }
  return { checks: results };
}
