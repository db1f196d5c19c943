import { readInputs } from "../plan/labels.ts";
import { inputChanges } from "../plan/why.ts";
import { observeCurrent } from "./observe.ts";
import type { KnownContext } from "./operation.ts";
import { readUp } from "./record/up-record.ts";
import { requireKnown } from "./require-known.ts";
import type { WhyEnvironment, WhyResult } from "./why.ts";
import { readWorkspace } from "./workspace.ts";

export interface WhyByLabels {
  readonly names: readonly string[];
  /** Why the config does not tell. */
  readonly unread: string;
}

/** For each container what makes it differ from what the last `up` planned, where that was written down. */
export async function whyByLabels(context: KnownContext, { names, unread }: WhyByLabels): Promise<WhyResult> {
  const { engine, host, spec } = context;
  const { workspace } = await readWorkspace(spec.root);
  for (const name of names) requireKnown(spec, name);
  const observed = await observeCurrent(engine, workspace.id);
  const chosen = [...observed].filter(([name]) => names.length === 0 || names.includes(name));
  const explain = async ([name, container]: (typeof chosen)[number]): Promise<WhyEnvironment> => {
    const record = await readUp(host, spec.root, name);
    const built = (await engine.images.inspect(record?.plan.image.tag ?? container.image)) !== undefined;
    if (record === undefined) return { name, built, since: "container", changes: undefined };
    const inputs = { before: readInputs(container.labels), after: record.plan.container.inputs };
    const changes = inputChanges({ environmentKey: "", ...inputs });
    return {
      name,
      built,
      since: "container",
      changes: changes.map((one) => ({ ...one, key: undefined, place: undefined })),
    };
  };
  return { project: spec.project, environments: await Promise.all(chosen.map(explain)), unread };
}
