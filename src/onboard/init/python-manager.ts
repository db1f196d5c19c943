import { type DebianSource, readDebianSource } from "./debian-source.ts";
import type { ProjectFolder } from "./folder.ts";
import type { LayerCode } from "./part.ts";
import type { PythonProject } from "./python-project.ts";

/** How a Python project's packages are installed. */
export interface PythonManager {
  readonly name: "uv" | "poetry" | "pdm" | "pip" | "debian";
  /** Packages of the distribution. */
  readonly packages: readonly string[];
  readonly layers: readonly LayerCode[];
  /** Run inside the virtual environment. */
  readonly install: string | undefined;
}

/** A Debian source package counts first, then what left a lock file or has a table in pyproject.toml, then pip. */
export function pythonManagerOf(folder: ProjectFolder, project: PythonProject): PythonManager {
  const debian = readDebianSource(folder);
  if (debian !== undefined) return fromDebian(debian, project);
  const has = (lock: string, tool: string) => folder.entries.includes(lock) || project.tools.has(tool);
  if (has("uv.lock", "uv")) {
    return fromPyPI("uv", folder.entries.includes("uv.lock") ? "uv sync --frozen" : "uv sync");
  }
  if (has("poetry.lock", "poetry")) return fromPyPI("poetry", "poetry install");
  if (has("pdm.lock", "pdm")) return fromPyPI("pdm", "pdm install");
  return { name: "pip", packages: [], layers: [], install: pipInstall(project) };
}

function fromPyPI(name: "uv" | "poetry" | "pdm", install: string): PythonManager {
  return { name, packages: [], layers: [{ layer: "run", code: `run("pip install ${name}")` }], install };
}

/** Everything it needs is a package of the distribution, so nothing is asked of PyPI. */
function fromDebian({ packages }: DebianSource, { isPackage }: PythonProject): PythonManager {
  const install = isPackage ? "pip install --no-index --no-build-isolation --no-deps --editable ." : undefined;
  return { name: "debian", packages, layers: [], install };
}

function pipInstall({ requirements, isPackage, extras }: PythonProject): string | undefined {
  const files = requirements.map((file) => `--requirement ${file}`);
  const editable = extras.length === 0 ? "--editable ." : `--editable '.[${extras.join(",")}]'`;
  const what = [...files, ...(isPackage ? [editable] : [])];
  return what.length === 0 ? undefined : `pip install ${what.join(" ")}`;
}
