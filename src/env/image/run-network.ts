import { devenvError } from "../../errors.ts";
import type { ImagePlan } from "../../plan/plan.ts";
import { networkStep } from "../../plan/run-network.ts";
import type { OperationContext } from "../operation.ts";

/** The engine is only asked where a step needs it. Throws RUN_NETWORK_UNSUPPORTED. */
export async function requireRunNetwork({ engine, locate }: OperationContext, image: ImagePlan): Promise<void> {
  const step = networkStep(image);
  if (step === undefined) return;
  const { product, version, runNetwork } = await engine.info();
  if (!runNetwork) {
    throw devenvError("RUN_NETWORK_UNSUPPORTED", { ...step, place: await locate(step.key), product, version });
  }
}
