import { secretsFolder } from "../../plan/container.ts";

/** A command that gets the secrets of these names as variables: they are read inside, so no argument and no call shows them. */
export function withSecretVariables(names: readonly string[], command: readonly string[]): readonly string[] {
  if (names.length === 0) return command;
  const script = `for n in ${names.join(" ")}; do export "$n=$(cat "${secretsFolder}/$n")" || exit 1; done; exec "$@"`;
  return ["/bin/sh", "-c", script, "sh", ...command];
}
