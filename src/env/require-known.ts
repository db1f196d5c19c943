import { devenvError } from "../errors.ts";
import type { KnownSpec } from "./operation.ts";

/** Throws ENVIRONMENT_UNKNOWN for a name that the config did not have when it last ran; where it never ran any may be right. */
export function requireKnown({ environments }: KnownSpec, name: string): void {
  const known = environments.map((environment) => environment.name);
  if (known.length > 0 && !known.includes(name)) throw devenvError("ENVIRONMENT_UNKNOWN", { name, known });
}
