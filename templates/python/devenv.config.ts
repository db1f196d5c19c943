import { apt, bootstrap, defineConfig, env, python } from "devenv";

// Written by `devenv init`; `devenv config --schema` prints every key.
export default defineConfig({
  name: "app",
  image: {
    // Made from Debian's own archive; where an image registry is reached, "python:3.13-slim-bookworm" is an alternative.
    from: bootstrap({ suite: "bookworm" }),
    layers: [
      apt("ca-certificates", "git", "python3-pytest"),
      python(), // requires-python of pyproject.toml: >=3.11
      env({ VIRTUAL_ENV: "/workspace/.venv", PATH: "/workspace/.venv/bin:$PATH" }), // as `activate` does
    ],
    // Made when the image lacks it; files made inside belong to you.
    user: "dev",
  },
  // Kept in volumes of their own: what is built in the container stays out of your folder.
  workspace: { volumes: [".venv"] },
  // Once, when the container has been created.
  hooks: { create: "python3 -m venv --system-site-packages .venv" },
  // `devenv task NAME` runs them.
  tasks: {
    test: "python3 -m pytest",
  },
});
