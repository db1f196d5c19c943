import type { EngineInfo } from "../../engine/engine.ts";
import { type DevenvError, isDevenvError } from "../../errors.ts";
import type { DoctorContext } from "./check.ts";

export type Probe =
  | { readonly state: "ready"; readonly address: string; readonly info: EngineInfo }
  /** There is an engine, but not for this user. */
  | { readonly state: "forbidden"; readonly address: string; readonly error: DevenvError }
  | { readonly state: "unreachable"; readonly address: string; readonly error: DevenvError };

/** Ask the engine who it is. */
export async function probeEngine(context: Pick<DoctorContext, "connect">): Promise<Probe> {
  try {
    const engine = await context.connect();
    return { state: "ready", address: engine.address, info: await engine.info() };
  } catch (error) {
    if (!isDevenvError(error)) throw error;
    const { address = "" } = error.details as { readonly address?: string };
    return { state: error.code === "ENGINE_FORBIDDEN" ? "forbidden" : "unreachable", address, error };
  }
}
