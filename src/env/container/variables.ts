import type { ImageInfo } from "../../engine/engine.ts";
import { devenvError } from "../../errors.ts";
import { expandValue } from "../../plan/image-variables.ts";
import type { ContainerPlan } from "../../plan/plan.ts";
import type { OperationContext } from "../operation.ts";

/** Without one, programs take text for ASCII; every C library knows it today. */
const defaultLanguage = { LANG: "C.UTF-8" };

/** The variables of a container of this image; throws ENV_VARIABLE_UNKNOWN. */
export async function containerVariables(
  { locate }: Pick<OperationContext, "locate">,
  { env, references }: Pick<ContainerPlan, "env" | "references">,
  image: Pick<ImageInfo, "env"> & { readonly tag: string },
): Promise<Readonly<Record<string, string>>> {
  const hasLanguage = ["LANG", "LC_ALL"].some((name) => (env[name] ?? image.env[name] ?? "") !== "");
  const expanded: Record<string, string> = { ...(hasLanguage ? {} : defaultLanguage), ...env };
  for (const [name, key] of Object.entries(references)) {
    const { value, unknown } = expandValue(env[name] ?? "", image.env);
    const [first] = unknown;
    if (first !== undefined) {
      const known = [...new Set(["PATH", ...Object.keys(image.env)])].sort();
      throw devenvError("ENV_VARIABLE_UNKNOWN", {
        key,
        place: await locate(key),
        name: first,
        image: image.tag,
        known,
      });
    }
    expanded[name] = value;
  }
  return expanded;
}
