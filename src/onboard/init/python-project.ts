import type { ProjectFolder } from "./folder.ts";
import type { Stated } from "./part.ts";
import { readSections, type Section, textOf } from "./sections.ts";

/** What a Python project's own files say. */
export interface PythonProject {
  readonly name: string | undefined;
  /** The Python that is asked for. */
  readonly python: Stated | undefined;
  /** `pip install --editable .` gives something. */
  readonly isPackage: boolean;
  /** Optional dependencies that a developer wants. */
  readonly extras: readonly string[];
  /** Requirement files, those for development last. */
  readonly requirements: readonly string[];
  /** Names of the tools that have a `[tool.…]` table. */
  readonly tools: ReadonlySet<string>;
  readonly usesPytest: boolean;
}

/** Undefined when nothing here is of Python. */
export function readPythonProject(folder: ProjectFolder): PythonProject | undefined {
  const { entries } = folder;
  if (!markers.some((marker) => entries.includes(marker))) return undefined;
  const pyproject = readSections(folder.read("pyproject.toml") ?? "");
  const setupCfg = readSections(folder.read("setup.cfg") ?? "");
  const of = (sections: ReadonlyMap<string, Section>, section: string, key: string) =>
    textOf(sections.get(section)?.get(key));
  // A pyproject.toml that neither says how to build it nor asks for anything has nothing to install.
  const isBuilt = pyproject.has("build-system") || setupCfg.has("metadata") || hasDependencies(pyproject);
  const extras = pyproject.get("project.optional-dependencies") ?? setupCfg.get("options.extras_require");
  return {
    name: of(pyproject, "project", "name") ?? of(pyproject, "tool.poetry", "name") ?? of(setupCfg, "metadata", "name"),
    python: statedPython(folder, [
      { value: of(pyproject, "project", "requires-python"), source: "requires-python of pyproject.toml" },
      { value: of(pyproject, "tool.poetry.dependencies", "python"), source: "pyproject.toml" },
      { value: of(setupCfg, "options", "python_requires"), source: "python_requires of setup.cfg" },
    ]),
    isPackage: isBuilt || entries.includes("setup.py"),
    extras: developerExtras.filter((extra) => extras?.has(extra)),
    requirements: requirementFiles.filter((file) => entries.includes(file)),
    tools: new Set([...pyproject.keys()].flatMap((section) => /^tool\.([\w-]+)/.exec(section)?.[1] ?? [])),
    usesPytest: usesPytest(folder),
  };
}

function hasDependencies(pyproject: ReadonlyMap<string, Section>): boolean {
  const { dependencies = "[]" } = Object.fromEntries(pyproject.get("project") ?? []);
  return !/^\[\s*\]/.test(dependencies) || pyproject.has("project.optional-dependencies");
}

const markers = ["pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", ".python-version", "manage.py"];
const developerExtras = ["dev", "test", "tests", "testing"];
const requirementFiles = [
  "requirements.txt",
  "requirements-dev.txt",
  "dev-requirements.txt",
  "requirements-test.txt",
  "test-requirements.txt",
];

interface Statement {
  readonly value: string | undefined;
  readonly source: string;
}

/** `.python-version` names the one that its developers use; the others say which ones will do. */
function statedPython(folder: ProjectFolder, statements: readonly Statement[]): Stated | undefined {
  const [, pinned] = /^\s*(\d+\.\d+)/.exec(folder.read(".python-version") ?? "") ?? [];
  const all: readonly Statement[] = [{ value: pinned, source: ".python-version" }, ...statements];
  return all.find((statement): statement is Stated => statement.value !== undefined && statement.value !== "");
}

/** pytest has a configuration of its own here, or is among what the project asks for. */
function usesPytest(folder: ProjectFolder): boolean {
  const named = ["pytest.ini", ".pytest.ini", "conftest.py", "tests/conftest.py", "test/conftest.py"];
  const asked = ["pyproject.toml", "setup.cfg", "setup.py", "tox.ini", "debian/control", ...requirementFiles];
  return (
    named.some((file) => folder.read(file) !== undefined) ||
    asked.some((file) => /\bpytest\b/.test(folder.read(file) ?? ""))
  );
}
