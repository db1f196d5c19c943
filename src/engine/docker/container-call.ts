import type { Connection, EngineCall } from "./connection.ts";
import { statusOf } from "./errors.ts";

interface ContainerVerb {
  readonly method: EngineCall["method"];
  readonly suffix?: string;
  readonly action: string;
}

/** A request about one container. */
export function containerCall(id: string, { method, suffix = "", action }: ContainerVerb): EngineCall {
  return { method, path: `/containers/${encodeURIComponent(id)}${suffix}`, action: `${action} container \`${id}\`` };
}

/** The answer, or undefined when the engine refuses with one of these statuses. */
export async function requestUnless(
  statuses: readonly number[],
  connection: Connection,
  call: EngineCall,
): Promise<unknown> {
  try {
    return await connection.requestJson(call);
  } catch (error) {
    if (statuses.includes(statusOf(error) ?? 0)) return undefined;
    throw error;
  }
}
