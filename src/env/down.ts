import { devenvError } from "../errors.ts";
import { workspaceAt } from "../plan/container.ts";
import { observe } from "./observe.ts";
import type { DownResult, OperationContext } from "./operation.ts";

/** Remove the containers of this workspace, or of the named environments; also of one that the config no longer has. */
export async function down(context: OperationContext, { names }: { names: readonly string[] }): Promise<DownResult> {
  const { engine, spec } = context;
  const observed = await observe(engine, workspaceAt(spec.root).id);
  const known = [...new Set([...spec.environments.map(({ name }) => name), ...observed.keys()])];
  for (const name of names) {
    if (!known.includes(name)) throw devenvError("ENVIRONMENT_UNKNOWN", { name, known });
  }
  const removed = [...observed].filter(([name]) => names.length === 0 || names.includes(name));
  await Promise.all(removed.map(([, container]) => engine.containers.remove(container.id)));
  return { project: spec.project, removed: removed.map(([, container]) => container.name) };
}
