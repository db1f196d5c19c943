import { apt, bootstrap, defineConfig, go } from "devenv";

// Written by `devenv init`; `devenv config --schema` prints every key.
export default defineConfig({
  name: "app",
  image: {
    // Made from Debian's own archive; where an image registry is reached, "golang:1.19-bookworm" is an alternative.
    from: bootstrap({ suite: "bookworm" }),
    layers: [
      apt("ca-certificates", "git"),
      go(), // go.mod: 1.19.0 or newer
    ],
    // Made when the image lacks it; files made inside belong to you.
    user: "dev",
  },
  // `devenv task NAME` runs them.
  tasks: {
    test: "go test ./...",
    dev: "go run .",
    build: "go build ./...",
  },
});
