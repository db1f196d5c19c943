/** The labels that every object of devenv carries: they are its only state. */
import type { Inputs } from "./plan.ts";

export const projectLabel = "devenv.project";
export const workspaceLabel = "devenv.workspace";
export const environmentLabel = "devenv.environment";
export const fingerprintLabel = "devenv.fingerprint";
/** The counted inputs as JSON: what changed is read off two of these. */
const inputsLabel = "devenv.inputs";
/** Where the workspace is inside the container. */
export const targetLabel = "devenv.target";

export type Labels = Readonly<Record<string, string>>;

export function writeInputs(inputs: Inputs): Labels {
  return { [inputsLabel]: JSON.stringify(inputs) };
}

/** Empty when the label is absent or not ours to read. */
export function readInputs(labels: Labels): Inputs {
  try {
    const parsed: unknown = JSON.parse(labels[inputsLabel] ?? "{}");
    return isInputs(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

function isInputs(value: unknown): value is Inputs {
  return typeof value === "object" && value !== null && Object.values(value).every((item) => typeof item === "string");
}
