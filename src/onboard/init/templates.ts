import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { devenvError } from "../../errors.ts";
import type { Language } from "./part.ts";

/** Starter projects, each with the config that `devenv init` writes for it. */
export const templates: readonly Language[] = ["go", "node", "python"];

/** Throws TEMPLATE_UNKNOWN. */
export function templateNamed(name: string): Language {
  const template = templates.find((candidate) => candidate === name);
  if (template === undefined) throw devenvError("TEMPLATE_UNKNOWN", { name, known: templates });
  return template;
}

/** The template's folder, in the package and in the sources alike. */
export function templateFolder(template: Language): string {
  const here = fileURLToPath(import.meta.url);
  const root = here.slice(0, Math.max(...["src", "dist"].map((folder) => here.lastIndexOf(join("/", folder, "/")))));
  return join(root, "templates", template);
}

/** Files of a template beside its config, by path, sorted. */
export async function templateFiles(template: Language): Promise<readonly NewFile[]> {
  const folder = templateFolder(template);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => path !== "devenv.config.ts")
    .sort();
  return Promise.all(files.map(async (path) => ({ path, text: await readFile(join(folder, path), "utf8") })));
}

export interface NewFile {
  /** Relative to the project. */
  readonly path: string;
  readonly text: string;
}
