import type { LogStream } from "../engine/containers.ts";
import { devenvError } from "../errors.ts";
import { workspaceId } from "../plan/container.ts";
import { observeCurrent } from "./observe.ts";
import type { KnownContext } from "./operation.ts";

export interface LogsOptions {
  readonly names: readonly string[];
  readonly follow: boolean;
  /** Lines from the end; undefined: all. */
  readonly tail?: number | undefined;
}

/** The output of the named containers, of all in this workspace when none is named. */
export async function openLogs(
  { engine, spec, signal }: KnownContext,
  { names, follow, tail }: LogsOptions,
): Promise<readonly (LogStream & { readonly name: string })[]> {
  const observed = await observeCurrent(engine, workspaceId(spec.root));
  const missing = names.find((name) => !observed.has(name));
  if (missing !== undefined) throw devenvError("ENVIRONMENT_NOT_UP", { name: missing });
  const selected = [...observed].filter(([name]) => names.length === 0 || names.includes(name));
  return Promise.all(
    selected.map(async ([name, { id }]) => ({ name, ...(await engine.containers.logs(id, { follow, tail, signal })) })),
  );
}
