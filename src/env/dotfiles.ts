import type { EnvironmentPlan } from "../plan/plan.ts";
import type { OperationContext } from "./operation.ts";

export interface DotfilesRequest {
  readonly environment: EnvironmentPlan;
  readonly container: string;
  readonly dotfiles: string;
}

export async function applyDotfiles(_context: OperationContext, _request: DotfilesRequest): Promise<void> {
  throw new Error("dotfiles");
}
