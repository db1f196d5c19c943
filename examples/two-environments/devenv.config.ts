import { apt, bootstrap, defineConfig, node, run } from "devenv";

const from = bootstrap({ suite: "bookworm" });

// Both images begin with these layers, so they are built once: the second image starts where they end.
const shared = [
  apt("ca-certificates", "git"),
  // Another number each time that this line really runs.
  run("cat /proc/sys/kernel/random/uuid > /etc/built-once"),
];

export default defineConfig({
  name: "two-environments",
  environments: {
    web: {
      image: { from, layers: [...shared, node("24.21.0")] },
      tasks: { version: "node --version" },
    },
    reports: {
      image: { from, layers: [...shared, apt("sqlite3")] },
      tasks: { version: "sqlite3 --version" },
    },
  },
});
