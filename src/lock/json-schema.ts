import * as z from "zod/mini";
import { lockfileSchema } from "./schema.ts";

/** The schema of a lock file as JSON schema (draft 2020-12): what `devenv-lock.schema.json` of the package holds. */
export function lockfileJsonSchema(): object {
  return { title: "devenv lock file", ...z.toJSONSchema(lockfileSchema) };
}
