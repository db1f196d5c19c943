import type { SavedConfig } from "../../host/saved-image/entry.ts";

/** What of an image's config says how its containers run, as it is the same whatever engine built the image. */
export type ContentConfig = Readonly<Record<string, unknown>>;

const fields = [
  "User",
  "ExposedPorts",
  "Env",
  "Entrypoint",
  "Cmd",
  "Volumes",
  "WorkingDir",
  "Labels",
  "StopSignal",
  "Shell",
  "Healthcheck",
  "OnBuild",
];

/** Without times and history, without what engines write for nothing, and without devenv's own labels, which name the inputs. */
export function contentConfig({ architecture, os, config }: SavedConfig): ContentConfig {
  const known = fields.map((field) => [field, normalise(field, config?.[field])] as const);
  return Object.fromEntries(
    [["architecture", architecture], ["os", os], ...known].filter(([, value]) => !isEmpty(value)),
  );
}

function normalise(field: string, value: unknown): unknown {
  if (isEmpty(value)) return undefined;
  if (field === "Env") return [...(value as readonly string[])].sort();
  if (field === "WorkingDir") return value === "/" ? undefined : value;
  if (field === "Labels")
    return Object.fromEntries(Object.entries(value as object).filter(([name]) => !name.startsWith("devenv.")));
  return value;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
