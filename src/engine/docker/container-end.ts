import { devenvError } from "../../errors.ts";
import type { ContainerEnd } from "../containers.ts";
import type { Connection } from "./connection.ts";
import { containerCall } from "./container-call.ts";
import { statusOf } from "./errors.ts";

/** How a container ended; undefined while it runs, paused or not. */
export async function containerEnd(connection: Connection, id: string): Promise<ContainerEnd | undefined> {
  const end = await readState(connection, id);
  return aliveStates.has(end.state) ? undefined : end;
}

/** Engines refuse what concerns a container that does not run with several statuses: look whether it is so. */
export async function tellEnded(connection: Connection, container: string, error: unknown): Promise<unknown> {
  if (![404, 409, 500].includes(statusOf(error) ?? 0)) return error;
  const { state } = await readState(connection, container);
  return state === "running" ? error : devenvError("CONTAINER_NOT_RUNNING", { container, state }, error);
}

const aliveStates: ReadonlySet<string> = new Set(["running", "paused", "restarting", "stopping"]);

async function readState(connection: Connection, id: string): Promise<ContainerEnd> {
  const call = containerCall(id, { method: "GET", suffix: "/json", action: "inspect" });
  try {
    const { State } = (await connection.requestJson(call)) as { readonly State: InspectedState };
    const { Status, ExitCode, OOMKilled, StartedAt } = State;
    return {
      state: Status,
      exitCode: ExitCode,
      isOutOfMemory: OOMKilled,
      started: Math.floor(Date.parse(StartedAt) / 1000),
      reason: State.Error || undefined,
    };
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    return { state: "gone", exitCode: 0, isOutOfMemory: false };
  }
}

interface InspectedState {
  readonly Status: string;
  readonly ExitCode: number;
  readonly OOMKilled: boolean;
  readonly StartedAt: string;
  readonly Error?: string;
}
