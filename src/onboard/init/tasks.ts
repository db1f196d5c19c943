import type { Part } from "./part.ts";

/** The tasks of all languages; a name that an earlier one has gets the language added: `test:python`. */
export function mergeTasks(
  parts: readonly (Pick<Part, "tasks"> & { readonly language: string })[],
): Readonly<Record<string, string>> {
  const tasks: Record<string, string> = {};
  for (const { language, tasks: own } of parts) {
    for (const [name, command] of Object.entries(own)) tasks[name in tasks ? `${name}:${language}` : name] = command;
  }
  return tasks;
}
