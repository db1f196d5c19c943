import { apt, bootstrap, defineConfig, node } from "devenv";

// Written by `devenv init`; `devenv config --schema` prints every key.
export default defineConfig({
  name: "app",
  image: {
    // Made from Debian's own archive; where an image registry is reached, "node:24-bookworm-slim" is an alternative.
    from: bootstrap({ suite: "bookworm" }),
    layers: [
      apt("ca-certificates", "git"),
      node("24.21.0"), // engines of package.json: >=24
    ],
    // Made when the image lacks it; files made inside belong to you.
    user: "dev",
  },
  // Kept in volumes of their own: what is built in the container stays out of your folder.
  workspace: { volumes: ["node_modules"] },
  // Once, when the container has been created.
  hooks: { create: "npm install" },
  // `devenv task NAME` runs them.
  tasks: {
    test: "npm test",
    dev: "npm run dev",
  },
});
