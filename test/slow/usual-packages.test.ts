/** The packages that developers install most on Debian: they install on a bootstrapped base, and twice to the same files. */
import { expect, it } from "vitest";
import { openCliProject } from "../support/cli-project.ts";

const layers = [
  ["build-essential", "git", "curl", "wget", "ca-certificates", "openssh-client", "rsync", "unzip", "zip", "xz-utils"],
  [
    "python3",
    "python3-pip",
    "python3-venv",
    "python3-dev",
    "nodejs",
    "npm",
    "ruby-full",
    "php-cli",
    "perl",
    "golang-go",
  ],
  [
    "default-jdk-headless",
    "maven",
    "ant",
    "cmake",
    "ninja-build",
    "meson",
    "autoconf",
    "automake",
    "libtool",
    "pkg-config",
  ],
  ["libssl-dev", "zlib1g-dev", "libffi-dev", "libsqlite3-dev", "libpq-dev", "clang", "gdb", "strace", "valgrind", "jq"],
  [
    "vim",
    "less",
    "tmux",
    "tree",
    "htop",
    "sqlite3",
    "postgresql-client",
    "default-mysql-client",
    "redis-tools",
    "imagemagick",
  ],
];
const config = `
import { apt, bootstrap, defineConfig } from "devenv";
export default defineConfig({
  name: "usual-packages",
  image: {
    from: bootstrap({ suite: "bookworm" }),
    layers: [${layers.map((packages) => `apt(${packages.map((name) => `"${name}"`).join(", ")})`).join(",\n      ")}],
  },
});
`;

it("builds and verifies the fifty packages that developers install most", { timeout: 3_000_000 }, async () => {
  await using project = openCliProject("usual-packages", { "devenv.config.ts": config });
  const locked = await project.devenv(["lock"], { timeoutMs: 1_500_000 });
  expect(locked, locked.stderr).toMatchObject({ exitCode: 0 });
  const { stdout } = await project.devenv(["verify", "--json"], { timeoutMs: 1_500_000 });
  expect(JSON.parse(stdout)).toMatchObject({ equal: true });
});
