import { describe, expect, it } from "vitest";
import { detectPython } from "../../../../src/onboard/init/detect-python.ts";
import type { PartBase } from "../../../../src/onboard/init/part.ts";
import { suites } from "../../../../src/onboard/init/suites.ts";
import { projectFolder } from "../../../support/project-folder.ts";

type Files = Readonly<Record<string, string>>;

const candidateOf = (files: Files) => {
  const candidate = detectPython(projectFolder(files));
  if (candidate === undefined) throw new Error("no Python project");
  return candidate;
};
const partOf = (files: Files, base: Partial<PartBase> = {}) =>
  candidateOf(files).partOn({ suite: suites[0], isBrought: false, ...base });
const venv = "python3 -m venv --system-site-packages .venv";

describe("the Python of a project", () => {
  it("is none without a file of Python's", () => {
    expect(detectPython(projectFolder({ "package.json": "{}" }))).toBeUndefined();
  });

  it.each([
    [".python-version", { ".python-version": "3.11.9\n" }, ["bookworm"], "python:3.11-slim-bookworm"],
    [
      "requires-python",
      { "pyproject.toml": '[project]\nrequires-python = ">=3.12"\n' },
      ["trixie"],
      "python:3.13-slim-bookworm",
    ],
    [
      "Poetry's table",
      { "pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.9"\n' },
      ["bookworm", "trixie"],
      "python:3.13-slim-bookworm",
    ],
    [
      "setup.cfg",
      { "setup.cfg": "[options]\npython_requires = >=3.8, <3.12\n" },
      ["bookworm"],
      "python:3.11-slim-bookworm",
    ],
    ["a file that asks for what no suite has", { ".python-version": "3.10" }, [], "python:3.10-slim-bookworm"],
    ["nothing", { "requirements.txt": "" }, ["bookworm", "trixie"], "python:3.13-slim-bookworm"],
  ])("comes from %s", (_, files: Files, fitting, image) => {
    const candidate = candidateOf(files);
    expect(suites.filter((suite) => candidate.fits(suite)).map(({ name }) => name)).toEqual(fitting);
    expect(candidate.image).toBe(image);
  });

  it("says in the config what asked for it, and that the suite has another", () => {
    const comment = (files: Files) => partOf(files).layers[0]?.comment;
    expect(comment({ "pyproject.toml": '[project]\nrequires-python = ">=3.9"\n' })).toBe(
      "requires-python of pyproject.toml: >=3.9",
    );
    expect(comment({ ".python-version": "3.10\n" })).toBe(".python-version: 3.10, but Debian bookworm has 3.11.2");
    expect(comment({ "setup.py": "" })).toBeUndefined();
  });
});

describe("the packages of a Python project", () => {
  const build = '[build-system]\nrequires = ["setuptools"]\n';

  it.each([
    ["nothing to install", { ".python-version": "3.11" }, "pip", undefined],
    ["a pyproject.toml that is only for tools", { "pyproject.toml": "[project]\nname = 'app'\n" }, "pip", undefined],
    [
      "requirement files",
      { "requirements.txt": "", "requirements-dev.txt": "" },
      "pip",
      "pip install --requirement requirements.txt --requirement requirements-dev.txt",
    ],
    ["a package", { "setup.py": "setup()" }, "pip", "pip install --editable ."],
    ["a package in setup.cfg", { "setup.cfg": "[metadata]\nname = app\n" }, "pip", "pip install --editable ."],
    [
      "dependencies of pyproject.toml",
      { "pyproject.toml": '[project]\ndependencies = [\n  "attrs",\n]\n' },
      "pip",
      "pip install --editable .",
    ],
    [
      "extras for developers",
      { "pyproject.toml": `${build}[project.optional-dependencies]\ntest = [\n  "pytest"\n]\ndocs = []\ndev = []\n` },
      "pip",
      "pip install --editable '.[dev,test]'",
    ],
    ["uv", { "pyproject.toml": build, "uv.lock": "" }, "uv", "uv sync --frozen"],
    ["uv without a lock file", { "pyproject.toml": `${build}[tool.uv]\n` }, "uv", "uv sync"],
    ["Poetry", { "pyproject.toml": "[tool.poetry]\nname = 'app'\n" }, "poetry", "poetry install"],
    ["PDM", { "pyproject.toml": build, "pdm.lock": "" }, "pdm", "pdm install"],
  ])("come by pip, uv, Poetry or PDM: %s", (_, files: Files, manager, install) => {
    expect(candidateOf(files).packageManager).toBe(manager);
    expect(partOf(files)).toMatchObject({
      volumes: [".venv"],
      create: install === undefined ? [venv] : [venv, install],
    });
    const installed = manager === "pip" ? [] : [`run("pip install ${manager}")`];
    expect(partOf(files).layers.map(({ code }) => code)).toEqual([
      "python()",
      ...installed,
      'env({ VIRTUAL_ENV: "/workspace/.venv", PATH: "/workspace/.venv/bin:$PATH" })',
    ]);
  });

  const control = `Source: sortedcontainers
# a comment
Build-Depends:
 debhelper-compat (= 13),
 dh-sequence-python3,
 python3-all,
 python3-hypothesis <!nocheck>,
 python3-pytest | python3-nose,
 python3-setuptools (>= 40),
 python3-sphinx (>= 1.4) <!nodoc>,
 texlive-latex-base <!nodoc>,
Build-Depends-Indep: python3-attr
Standards-Version: 4.6.1

Package: python3-sortedcontainers
Depends: python3-unwanted
`;

  it("come from the distribution in a Debian source package", () => {
    const files = { "setup.py": "setup()", "debian/control": control };
    expect(candidateOf(files)).toMatchObject({ name: "sortedcontainers", packageManager: "debian" });
    expect(partOf(files)).toMatchObject({
      packages: ["python3-hypothesis", "python3-pytest", "python3-setuptools", "python3-attr", "python3-pytest"],
      create: [venv, "pip install --no-index --no-build-isolation --no-deps --editable ."],
    });
  });

  it("come by pip where debian/control is of another language", () => {
    const files = { "requirements.txt": "", "debian/control": "Source: tool\nBuild-Depends: debhelper, golang-any\n" };
    expect(candidateOf(files).packageManager).toBe("pip");
  });

  it("include pytest, by the distribution or, beside a Python that is not Debian's, by pip", () => {
    const files = { "requirements.txt": "", "tests/conftest.py": "" };
    expect(partOf(files).packages).toEqual(["python3-pytest"]);
    expect(partOf(files, { isBrought: true })).toMatchObject({
      packages: [],
      create: [venv, "pip install --requirement requirements.txt", "pip install pytest"],
    });
  });
});

describe("the tests of a Python project", () => {
  it.each([
    ["pytest, by its table", { "pyproject.toml": "[tool.pytest.ini_options]\n" }, "python3 -m pytest"],
    ["pytest, by setup.cfg", { "setup.cfg": "[tool:pytest]\n" }, "python3 -m pytest"],
    ["pytest, by tox.ini", { "setup.py": "", "tox.ini": "[pytest]\n" }, "python3 -m pytest"],
    [
      "pytest, by a requirement",
      { "requirements-dev.txt": "pytest>=8\n", "requirements.txt": "" },
      "python3 -m pytest",
    ],
    ["unittest", { "setup.py": "" }, "python3 -m unittest"],
    ["unittest in a package", { "setup.py": "", "tests/__init__.py": "" }, "python3 -m unittest"],
    [
      "unittest in a folder",
      { "setup.py": "", "tests/test_a.py": "" },
      "python3 -m unittest discover --start-directory tests",
    ],
    ["Django's", { "manage.py": "" }, "python3 manage.py test"],
  ])("run by %s", (_, files: Files, command) => {
    expect(partOf(files).tasks.test).toBe(command);
  });

  it("stand beside Django's server", () => {
    expect(partOf({ "manage.py": "", "pytest.ini": "" }).tasks).toEqual({
      test: "python3 -m pytest",
      dev: "python3 manage.py runserver 0.0.0.0:8000",
    });
  });
});
