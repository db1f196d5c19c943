import { apt, bootstrap, defineConfig, env, python } from "devenv";

// Everything comes from Debian: Python, pytest and what installs the project. PyPI takes no part.
export default defineConfig({
  name: "python-cli",
  image: {
    from: bootstrap({ suite: "bookworm" }),
    layers: [
      python(),
      apt("python3-pytest", "python3-setuptools", "python3-wheel"),
      // As `activate` does, for every command and shell.
      env({ VIRTUAL_ENV: "/workspace/.venv", PATH: "/workspace/.venv/bin:$PATH" }),
    ],
    user: "dev",
  },
  // The virtual environment is of this container's Python: it lives in a volume, not in your folder.
  workspace: { volumes: [".venv"] },
  hooks: {
    create: [
      "python3 -m venv --system-site-packages .venv",
      "pip install --no-index --no-build-isolation --editable .",
    ],
  },
  tasks: {
    test: "python3 -m pytest",
    count: "wordcount README.md",
  },
});
