import { readDebianSource } from "./debian-source.ts";
import type { ProjectFolder } from "./folder.ts";
import type { Candidate, LayerCode, PartBase } from "./part.ts";
import { type PythonManager, pythonManagerOf } from "./python-manager.ts";
import { type PythonProject, readPythonProject } from "./python-project.ts";
import { meets } from "./python-range.ts";
import type { Suite, Version } from "./suites.ts";

/** A folder with a pyproject.toml, setup.py, setup.cfg, requirements.txt or .python-version. */
export function detectPython(folder: ProjectFolder): Candidate | undefined {
  const project = readPythonProject(folder);
  if (project === undefined) return undefined;
  const manager = pythonManagerOf(folder, project);
  const wanted = project.python?.value ?? "";
  return {
    language: "python",
    name: project.name ?? readDebianSource(folder)?.name,
    packageManager: manager.name,
    image: `python:${imageVersion(wanted)}-slim-bookworm`,
    fits: (suite) => meets(wanted, suite.python),
    partOn: (base) => ({
      title: base.isBrought ? "Python of the base image" : `Python ${base.suite.python.join(".")}`,
      reason: project.python?.source,
      packages: base.isBrought ? [] : distributionPackages(project, manager),
      layers: [...(base.isBrought ? [] : [pythonLayer(project, base.suite)]), ...manager.layers, activate],
      env: {},
      volumes: [".venv"],
      create: createCommands(project, manager, base),
      tasks: tasksOf(folder, project),
    }),
  };
}

/** Lines of Python in the order of preference: the newest may lack packages that are built already. */
const lines: readonly Version[] = [13, 12, 11, 10, 9, 14].map((minor) => [3, minor, 99]);

function imageVersion(wanted: string): string {
  const line = lines.find((candidate) => meets(wanted, candidate));
  return line === undefined ? "3" : `3.${line[1]}`;
}

function distributionPackages({ usesPytest }: PythonProject, { packages }: PythonManager): readonly string[] {
  return usesPytest ? [...packages, "python3-pytest"] : packages;
}

function pythonLayer({ python }: PythonProject, suite: Suite): LayerCode {
  const source = python === undefined ? undefined : `${python.source}: ${python.value}`;
  const isMet = python === undefined || meets(python.value, suite.python);
  const comment = isMet ? source : `${source}, but Debian ${suite.name} has ${suite.python.join(".")}`;
  return { layer: "python", code: "python()", comment };
}

const activate: LayerCode = {
  layer: "env",
  code: 'env({ VIRTUAL_ENV: "/workspace/.venv", PATH: "/workspace/.venv/bin:$PATH" })',
  comment: "as `activate` does",
};

/** The distribution's packages, pytest for one, stay visible in the virtual environment. */
function createCommands(project: PythonProject, manager: PythonManager, { isBrought }: PartBase): readonly string[] {
  const pytest = isBrought && project.usesPytest && manager.name === "pip" ? ["pip install pytest"] : [];
  const install = manager.install === undefined ? [] : [manager.install];
  return ["python3 -m venv --system-site-packages .venv", ...install, ...pytest];
}

function tasksOf(folder: ProjectFolder, { usesPytest }: PythonProject): Readonly<Record<string, string>> {
  const isDjango = folder.entries.includes("manage.py");
  const serve = isDjango ? { dev: "python3 manage.py runserver 0.0.0.0:8000" } : {};
  if (usesPytest) return { test: "python3 -m pytest", ...serve };
  if (isDjango) return { test: "python3 manage.py test", ...serve };
  const testFolder = ["tests", "test"].find((name) => folder.entries.includes(name));
  const isImported = testFolder === undefined || folder.read(`${testFolder}/__init__.py`) !== undefined;
  return { test: isImported ? "python3 -m unittest" : `python3 -m unittest discover --start-directory ${testFolder}` };
}
