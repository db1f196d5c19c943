import type { ProjectFolder } from "../../src/onboard/init/folder.ts";

/** A project's folder in memory: text of files by path. */
export function projectFolder(files: Readonly<Record<string, string>>, name = "shop"): ProjectFolder {
  const entries = [...new Set(Object.keys(files).map((path) => path.split("/")[0] ?? ""))];
  return { name, entries, read: (path) => files[path] };
}
