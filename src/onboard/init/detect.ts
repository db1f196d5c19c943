import { detectGo } from "./detect-go.ts";
import { detectNode } from "./detect-node.ts";
import { detectPython } from "./detect-python.ts";
import type { ProjectFolder } from "./folder.ts";
import type { Candidate, Language } from "./part.ts";

const detectors: Readonly<Record<Language, (folder: ProjectFolder) => Candidate | undefined>> = {
  node: detectNode,
  python: detectPython,
  go: detectGo,
};

/** Every language of a folder, or the one that is asked for. Throws PROJECT_UNREADABLE. */
export function detect(folder: ProjectFolder, only?: Language): readonly Candidate[] {
  const languages = only === undefined ? (Object.keys(detectors) as Language[]) : [only];
  return languages.map((language) => detectors[language](folder)).filter((candidate) => candidate !== undefined);
}
