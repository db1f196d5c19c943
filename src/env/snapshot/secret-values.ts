/** The values that no snapshot may hold: today's, and those that the container was given. */
import type { ContainerInfo } from "../../engine/containers.ts";
import { givenSecrets } from "../../engine/given-secrets.ts";
import { shortest } from "../../host/secrets/byte-patterns.ts";
import type { NamedValue } from "../../host/secrets/secret-patterns.ts";
import { readInputs } from "../../plan/labels.ts";
import type { EnvironmentSpec } from "../../spec/spec.ts";
import { openSecrets } from "../container/secrets.ts";
import type { OperationContext } from "../operation.ts";

interface Holder {
  readonly environment: EnvironmentSpec;
  readonly container: ContainerInfo;
}

/** They differ where a value was changed at its source since the container was started, and where the config has a secret no longer. */
export async function secretValues(context: OperationContext, holder: Holder): Promise<readonly NamedValue[]> {
  const { environment } = holder;
  const today = await openSecrets(context, environment.secrets);
  const given = await givenValues(context, holder);
  const all = [...today.values, ...given].map(([name, value]) => ({ name, value }));
  const values = [...new Map(all.map((one) => [`${one.name} ${one.value.toString("latin1")}`, one])).values()];
  for (const { name, value } of values) {
    if (value.toString("latin1").trim().length >= shortest) continue;
    const text = `secret \`${name}\` is shorter than ${shortest} bytes: no file is searched for it`;
    context.report({ kind: "warning", environment: environment.name, text });
  }
  return values;
}

async function givenValues(context: OperationContext, { environment, container }: Holder) {
  const { engine, redaction, report } = context;
  if (readInputs(container.labels).secrets === undefined) return new Map<string, Buffer>();
  const isRunning = container.state === "running";
  const given = isRunning ? await givenSecrets(engine, container.id) : new Map<string, Buffer>();
  redaction?.add(given.values());
  if (given.size === 0) {
    const reason = isRunning ? "they cannot be read in it" : "it does not run";
    const text = `files are searched for today's values of the secrets only, not for those that the container was given before: ${reason}`;
    report({ kind: "warning", environment: environment.name, text });
  }
  return given;
}
