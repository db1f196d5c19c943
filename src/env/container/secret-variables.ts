import { secretsFolder } from "../../plan/container.ts";

/** A command that gets the secrets of these names as variables: they are read inside, so no argument and no call shows them. */
export function withSecretVariables(
  names: readonly string[],
  command: readonly string[],
  { mayLack = false }: { readonly mayLack?: boolean } = {},
): readonly string[] {
  if (names.length === 0) return command;
  const readable = mayLack ? `[ -r "${secretsFolder}/$n" ] || continue; ` : "";
  const script = `for n in ${names.join(" ")}; do ${readable}export "$n=$(cat "${secretsFolder}/$n")" || exit 1; done; exec "$@"`;
  return ["/bin/sh", "-c", script, "sh", ...command];
}
