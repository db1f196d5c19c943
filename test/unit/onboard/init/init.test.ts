import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../../../src/config/load.ts";
import { applyInit, type InitRequest, planInit } from "../../../../src/onboard/init/init.ts";
import { templateFolder } from "../../../../src/onboard/init/templates.ts";
import { type Tree, temporaryFolder } from "../../../support/temporary-folder.ts";
import { testHost } from "../../../support/test-host.ts";
import { thrown } from "../../../support/thrown.ts";

const request = (folder: string, options: Partial<InitRequest> = {}): InitRequest => ({
  host: testHost(),
  folder,
  template: undefined,
  base: undefined,
  force: false,
  hasRegistry: async () => false,
  ...options,
});

/** The text of the config for a project. */
async function configOf(tree: Tree, options: Partial<InitRequest> = {}): Promise<string> {
  using folder = temporaryFolder(tree);
  const plan = await planInit(request(folder.path, options));
  return plan.files[0].text;
}

const nodeProject: Tree = {
  "package.json": JSON.stringify({
    name: "@acme/web",
    engines: { node: ">=22 <23" },
    packageManager: "pnpm@10.4.1",
    scripts: { test: "vitest", dev: "vite" },
  }),
  "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
};
const pythonProject: Tree = { "requirements.txt": "", "tests/conftest.py": "", "setup.py": "setup()" };
const goProject: Tree = { "go.mod": "module example.com/acme/tool\n\ngo 1.22\n", "go.sum": "" };

describe("the config that init writes", () => {
  it("is short and commented, for one language without a registry", async () => {
    expect(await configOf(nodeProject)).toBe(`import { apt, bootstrap, defineConfig, node, run } from "devenv";

// Written by \`devenv init\`; \`devenv config --schema\` prints every key.
export default defineConfig({
  name: "web",
  image: {
    // Made from Debian's own archive; where an image registry is reached, "node:22-bookworm-slim" is an alternative.
    from: bootstrap({ suite: "bookworm" }),
    layers: [
      apt("ca-certificates", "git"),
      node("22.23.3"), // engines of package.json: >=22 <23
      run("npm install --global pnpm@10.4.1"),
    ],
    // Made when the image lacks it; files made inside belong to you.
    user: "dev",
  },
  // Kept in volumes of their own: what is built in the container stays out of your folder.
  workspace: { volumes: ["node_modules"] },
  env: {
    npm_config_store_dir: "/home/dev/.local/share/pnpm/store",
  },
  // Once, when the container has been created.
  hooks: { create: "pnpm install --frozen-lockfile" },
  // \`devenv task NAME\` runs them.
  tasks: {
    test: "pnpm test",
    dev: "pnpm run dev",
  },
});
`);
  });

  it("has the official image of a lone language where a registry answers", async () => {
    const text = await configOf(pythonProject, { hasRegistry: async () => true });
    expect(text).toMatch(/^import \{ apt, defineConfig, env \} from "devenv";\n/);
    expect(text).toContain(`
    from: "python:3.13-slim-bookworm",
    layers: [
      apt("ca-certificates", "git"),
      env(`);
  });

  it("has one base, all tasks and all volumes for several languages", async () => {
    const text = await configOf({ ...nodeProject, ...pythonProject, ...goProject });
    expect(text).toContain('from: bootstrap({ suite: "trixie" }),');
    expect(text).toContain('apt("ca-certificates", "git", "python3-pytest"),');
    expect(text).toContain('workspace: { volumes: ["node_modules", ".venv"] },');
    expect(text).toContain(`  hooks: {
    create: [
      "pnpm install --frozen-lockfile",
      "python3 -m venv --system-site-packages .venv",
      "pip install --requirement requirements.txt --editable .",
      "go mod download",
    ],
  },
`);
    expect(text).toContain(`  tasks: {
    test: "pnpm test",
    dev: "pnpm run dev",
    "test:python": "python3 -m pytest",
    "test:go": "go test ./...",
    build: "go build ./...",
  },
`);
    expect(await configOf({ ...nodeProject, ...goProject }, { hasRegistry: async () => true })).toContain(
      'from: "debian:trixie-slim",',
    );
  });

  it.each([
    ["bootstrap", 'bootstrap({ suite: "bookworm" })', true],
    ["debian:bookworm-slim", '"debian:bookworm-slim"', true],
    ["mirror.example.com/library/node:22-bookworm", '"mirror.example.com/library/node:22-bookworm"', false],
  ])("has the base that is asked for: %s", async (base, code, hasNode) => {
    const hasRegistry = () => Promise.reject(new Error("nobody is asked"));
    const text = await configOf(nodeProject, { base, hasRegistry });
    expect(text).toContain(`from: ${code},`);
    expect(text.includes('node("22.23.3")')).toBe(hasNode);
  });

  it.each([
    ["bootstrap", nodeProject],
    ["bootstrap", pythonProject],
    ["bootstrap", goProject],
    ["bootstrap", { ...nodeProject, ...pythonProject, ...goProject }],
    ["node:24", nodeProject],
    ["python:3.13", pythonProject],
    ["golang:1.24", goProject],
    ["debian:12", { ...nodeProject, ...pythonProject, ...goProject }],
  ] as const)("is valid, on %s", async (base, tree) => {
    using folder = temporaryFolder(tree);
    await applyInit(await planInit(request(folder.path, { base })));
    const { config } = await loadConfig({ self: testHost(), cwd: folder.path, context: { ci: false, env: {} } });
    expect(Object.keys(config.environments)).toEqual(["dev"]);
  });

  it("has the name of the folder where the project has none", async () => {
    using folder = temporaryFolder({ "My App/requirements.txt": "" });
    const plan = await planInit(request(join(folder.path, "My App")));
    expect(plan.files[0].text).toContain('name: "my-app",');
  });
});

describe("templates", () => {
  it.each(["node", "python", "go"] as const)("%s has the config that init writes for it", async (template) => {
    const folder = templateFolder(template);
    const plan = await planInit(request(folder, { base: "bootstrap", force: true }));
    expect(plan.files.map(({ path }) => path)).toEqual(["devenv.config.ts"]);
    expect(plan.files[0].text).toBe(readFileSync(join(folder, "devenv.config.ts"), "utf8"));
  });

  it("start a project in an empty folder, under the folder's name", async () => {
    using folder = temporaryFolder({ "shop/README.md": "" });
    const cwd = join(folder.path, "shop");
    const plan = await planInit(request(cwd, { template: "go" }));
    expect(plan.files.map(({ path }) => path)).toEqual(["devenv.config.ts", "go.mod", "main.go", "main_test.go"]);
    expect(plan.files[0].text).toContain('name: "shop",');
  });

  it("write over no file that is there", async () => {
    using folder = temporaryFolder({ "main.go": "package mine\n" });
    await applyInit(await planInit(request(folder.path, { template: "go" })));
    expect(readFileSync(join(folder.path, "main.go"), "utf8")).toBe("package mine\n");
  });

  it("choose among the languages of a project that has begun", async () => {
    using folder = temporaryFolder({ ...nodeProject, ...pythonProject });
    const plan = await planInit(request(folder.path, { template: "python" }));
    expect(plan.files.map(({ path }) => path)).toEqual(["devenv.config.ts"]);
    expect(plan.detected.map(({ language }) => language)).toEqual(["python"]);
  });
});

describe("init refuses", () => {
  it.each([
    ["devenv.config.ts", { "devenv.config.ts": "" }],
    ["devenv.config.yaml", { "devenv.config.yaml": "" }],
    ["package.json", { "package.json": '{ "devenv": {} }' }],
  ])("to stand in for a config in %s", async (file, tree: Tree) => {
    using folder = temporaryFolder(tree);
    expect(await thrown(planInit(request(folder.path)))).toEqual({
      code: "CONFIG_EXISTS",
      text: `There is a config already: \`${file}\`

hint: run \`devenv init --force\` to write a new \`devenv.config.ts\``,
    });
  });

  it("a folder without a project", async () => {
    using folder = temporaryFolder({ "README.md": "" });
    expect(await thrown(planInit(request(folder.path)))).toEqual({
      code: "PROJECT_UNKNOWN",
      text: `No Node, Python or Go project was found in \`${folder.path}\`

hint: start one from a template: \`devenv init node\`, \`devenv init python\` or \`devenv init go\``,
    });
  });

  it("to go on when a file cannot be written, and leaves no config", async () => {
    using folder = temporaryFolder({ tests: "a file where the template has a folder" });
    expect(await thrown(applyInit(await planInit(request(folder.path, { template: "python" }))))).toEqual({
      code: "PROJECT_UNWRITABLE",
      text: `\`tests/test_greeting.py\` could not be written: file already exists (EEXIST)

hint: see that the folder is yours and that the disk has space, and run \`devenv init\` again`,
    });
    expect(readdirSync(folder.path)).toEqual(["tests"]);
  });

  it("a template that there is not", async () => {
    using folder = temporaryFolder(nodeProject);
    expect(await thrown(planInit(request(folder.path, { template: "cobol" })))).toEqual({
      code: "TEMPLATE_UNKNOWN",
      text: `There is no template \`cobol\`; there are \`go\`, \`node\`, \`python\`

hint: run \`devenv init\` without a name to write a config for the project in this folder`,
    });
  });
});
