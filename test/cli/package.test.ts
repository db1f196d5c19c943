import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

it("the packed package, installed into an empty folder, gives a working devenv", () => {
  using packed = temporaryFolder();
  using project = temporaryFolder({
    "package.json": JSON.stringify({ name: "shop", private: true, type: "commonjs" }),
    "devenv.config.ts": `import { apt, defineConfig } from "devenv";
export default defineConfig({ name: "shop", image: { from: "debian:12", layers: [apt("git")] } });
`,
  });
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { cwd: project.path, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

  execFileSync("npm", ["pack", "--silent", "--pack-destination", packed.path], { cwd: root });
  const [tarball = ""] = readdirSync(packed.path);
  run("npm", "install", "--silent", `${packed.path}/${tarball}`);

  const devenv = (...args: string[]) => run("npm", "exec", "--silent", "--", "devenv", ...args);
  expect(devenv("--version")).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(JSON.parse(devenv("config", "--json"))).toMatchObject({ name: "shop" });
  expect(devenv("build", "--print")).toContain("apt-get install -y --no-install-recommends git");
  expect(readdirSync(`${project.path}/node_modules/devenv/dist`)).toContain("index.d.ts");
  project.write({ started: null });
  devenv("--cwd", "started", "init", "go", "--yes", "--base", "bootstrap");
  expect(readdirSync(`${project.path}/started`)).toEqual(["devenv.config.ts", "go.mod", "main.go", "main_test.go"]);
});
