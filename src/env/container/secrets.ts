import type { Engine } from "../../engine/engine.ts";
import { devenvError } from "../../errors.ts";
import { resolveSecrets } from "../../host/secrets.ts";
import { secretsFolder } from "../../plan/container.ts";
import type { SecretSpec } from "../../spec/spec.ts";
import type { KnownContext } from "../operation.ts";

export interface Secrets {
  readonly values: ReadonlyMap<string, Buffer>;
}

/** The values of secrets, from where the config says that they are, hidden from now on; throws SECRET_UNAVAILABLE. */
export async function openSecrets(
  { host, spec, redaction, signal }: KnownContext,
  secrets: readonly SecretSpec[],
): Promise<Secrets> {
  const values = await resolveSecrets(host, secrets, { cwd: spec.root, signal });
  redaction?.add(values.values());
  return { values };
}

/** Put secrets into the memory of a running container, readable by its user alone. */
export async function writeSecrets({ containers }: Engine, id: string, { values }: Secrets): Promise<void> {
  const write = async ([name, value]: [string, Buffer]): Promise<void> => {
    const script = `umask 077 && rm -f "$1" && cat > "$1"`;
    const path = `${secretsFolder}/${name}`;
    const running = await containers.exec(id, { command: ["/bin/sh", "-c", script, "sh", path] });
    running.stdout.resume();
    running.stderr.resume();
    running.stdin.end(value);
    const exitCode = await running.exitCode();
    if (exitCode !== 0) throw devenvError("SECRET_NOT_WRITTEN", { name, path, exitCode });
  };
  await Promise.all([...values].map(write));
}
