import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { EnvironmentConfig, LocalConfig } from "../../../src/config/define.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";
import { testHost } from "../../support/test-host.ts";
import { thrown } from "../../support/thrown.ts";

const load = ({ path }: TemporaryFolder) =>
  loadConfig({ self: testHost(), cwd: path, context: { ci: false, env: { USER: "ada" } } });

async function overridden(environment: Omit<EnvironmentConfig, "image">, local: LocalConfig): Promise<object> {
  using project = temporaryFolder({
    "devenv.config.json": JSON.stringify({ name: "shop", environments: { dev: { image: "a", ...environment } } }),
    "devenv.local.json": JSON.stringify(local),
  });
  const { image: _, ...merged } = (await load(project)).config.environments.dev as EnvironmentConfig;
  return merged;
}

describe("overrides", () => {
  it.each<[string, Omit<EnvironmentConfig, "image">, LocalConfig, object]>([
    ["add keys", {}, { dotfiles: "~/dotfiles" }, { dotfiles: "~/dotfiles" }],
    ["replace scalars", { shell: "bash", gpus: 1 }, { shell: "zsh", gpus: "all" }, { shell: "zsh", gpus: "all" }],
    [
      "merge records key by key",
      { env: { A: "1", B: "2" }, resources: { cpus: 4, memory: "8g" } },
      { env: { B: "3" }, resources: { cpus: 2 } },
      { env: { A: "1", B: "3" }, resources: { cpus: 2, memory: "8g" } },
    ],
    [
      "append to lists",
      { devices: ["/dev/fuse"], mounts: [{ source: "a", target: "/a" }] },
      { devices: ["/dev/kvm"], mounts: [{ source: "b", target: "/b" }] },
      {
        devices: ["/dev/fuse", "/dev/kvm"],
        mounts: [
          { source: "a", target: "/a" },
          { source: "b", target: "/b" },
        ],
      },
    ],
    ["append to one env file", { envFile: ".env" }, { envFile: ".env.ada" }, { envFile: [".env", ".env.ada"] }],
    [
      "a mount takes the place of those with the same target",
      { mounts: ["data:/data", { source: "a", target: "/a" }] },
      { mounts: [{ volume: "mine", target: "/data" }, "b:/a:ro", "c:/c"] },
      { mounts: [{ volume: "mine", target: "/data" }, "b:/a:ro", "c:/c"] },
    ],
    [
      "replace the port of the same container port, and add others",
      { ports: [3000, { container: 5432, name: "db" }, 9229] },
      { ports: [{ container: 3000, host: 4000 }, 5432, 6379] },
      { ports: [9229, { container: 3000, host: 4000 }, 5432, 6379] },
    ],
    [
      "of one environment come after those of all",
      { env: { A: "1" } },
      { env: { A: "2", B: "2" }, environments: { dev: { env: { B: "3" } } } },
      { env: { A: "2", B: "3" } },
    ],
  ])("%s", async (_, environment, local, expected) => {
    expect(await overridden(environment, local)).toEqual(expected);
  });

  it("leave other environments alone, unless they are for all", async () => {
    using project = temporaryFolder({
      "devenv.config.json": '{ "name": "shop", "environments": { "dev": { "image": "a" }, "db": { "image": "b" } } }',
      "devenv.local.json": '{ "shell": "zsh", "environments": { "db": { "env": { "A": "1" } } } }',
    });
    expect((await load(project)).config.environments).toEqual({
      dev: { image: "a", shell: "zsh" },
      db: { image: "b", shell: "zsh", env: { A: "1" } },
    });
  });

  it.each([
    [
      "devenv.local.ts",
      'import { defineLocalConfig } from "devenv";\nexport default defineLocalConfig({ shell: "zsh" });',
    ],
    ["devenv.local.mts", "export default ({ env }: any) => ({ shell: env.USER === 'ada' ? 'zsh' : 'sh' });"],
    ["devenv.local.js", 'export default { shell: "zsh" };'],
    ["devenv.local.mjs", 'export default { shell: "zsh" };'],
    ["devenv.local.json", '{ "shell": "zsh" }'],
    ["devenv.local.yaml", "shell: zsh\n"],
  ])("are read from %s", async (name, text) => {
    using project = temporaryFolder({ "devenv.config.yaml": "name: shop\nimage: a\n", [name]: text });
    const { config } = await load(project);
    expect(config.environments).toEqual({ dev: { image: "a", shell: "zsh" } });
  });

  it("are read from beside the config, wherever devenv is started", async () => {
    using project = temporaryFolder({
      "devenv.config.yaml": "name: shop\nimage: a\n",
      "devenv.local.yaml": "shell: zsh\n",
      "src/devenv.local.yaml": "shell: fish\n",
    });
    const { config } = await loadConfig({
      self: testHost(),
      cwd: join(project.path, "src"),
      context: { ci: false, env: {} },
    });
    expect(config.environments.dev).toMatchObject({ shell: "zsh" });
  });
});

describe("the files of a config", () => {
  const names = ["ts", "mts", "js", "mjs", "json", "yaml"].map((ending) => `devenv.local.${ending}`);

  it("hold each place where overrides may appear", async () => {
    using project = temporaryFolder({ "devenv.config.yaml": "name: shop\nimage: a\n" });
    const { files } = await load(project);
    expect(files).toEqual(["devenv.config.yaml", ...names].map((name) => join(project.path, name)));
  });

  it("hold what the overrides import", async () => {
    using project = temporaryFolder({
      "devenv.config.yaml": "name: shop\nimage: a\n",
      "devenv.local.js": 'import { shell } from "./mine.js";\nexport default { shell };',
      "mine.js": 'export const shell = "zsh";',
    });
    const { files } = await load(project);
    expect(files.slice(0, 3)).toEqual(
      ["devenv.config.yaml", "devenv.local.js", "mine.js"].map((name) => join(project.path, name)),
    );
    expect(files).toHaveLength(8);
  });
});

describe("the place of a key", () => {
  const environment = `image: a
env: { A: base, C: base }
ports:
  - 3000
  - 9229
envFile: .env
`;
  const local = `env:
  A: mine
ports:
  - 3000
  - 6379
environments:
  dev:
    env:
      B: mine
    envFile: .env.ada
`;

  /** Lines of the environment are counted from 1, whether it stands at the top or deeper. */
  it.each([
    ["image", "devenv.config.yaml", 1],
    ["env.A", "devenv.local.yaml", 2],
    ["env.B", "devenv.local.yaml", 9],
    ["env.C", "devenv.config.yaml", 2],
    // The config's own entry for 3000 has given way, so 9229 comes first.
    ["ports[0]", "devenv.config.yaml", 5],
    ["ports[1]", "devenv.local.yaml", 4],
    ["ports[2]", "devenv.local.yaml", 5],
    ["envFile[0]", "devenv.config.yaml", 6],
    ["envFile[1]", "devenv.local.yaml", 10],
  ])("is where it was written: %s", async (key, file, line) => {
    const head = "name: shop\nenvironments:\n  dev:\n";
    using single = temporaryFolder({ "devenv.config.yaml": `${environment}name: shop\n`, "devenv.local.yaml": local });
    using several = temporaryFolder({
      "devenv.config.yaml": head + environment.replace(/^/gm, "    "),
      "devenv.local.yaml": local,
    });
    const offset = file === "devenv.config.yaml" ? 3 : 0;
    expect(await (await load(single)).locate(key)).toMatchObject({ file, line });
    expect(await (await load(several)).locate(`environments.dev.${key}`)).toMatchObject({ file, line: line + offset });
  });

  it("is in the config for what is of no environment", async () => {
    using project = temporaryFolder({
      "devenv.config.yaml": "image: a\nname: shop\n",
      "devenv.local.yaml": "shell: zsh\n",
    });
    const { locate } = await load(project);
    expect(await locate("name")).toMatchObject({ file: "devenv.config.yaml", line: 2 });
    expect(await locate("shell")).toMatchObject({ file: "devenv.local.yaml", line: 1 });
  });
});

describe("overrides that are wrong", () => {
  const config = '{ "name": "shop", "environments": { "dev": { "image": "a" }, "docs": { "image": "b" } } }';
  async function problemsOf(text: string): Promise<string> {
    using project = temporaryFolder({ "devenv.config.json": config, "devenv.local.ts": text });
    const error = await thrown(load(project));
    expect(error.code).toBe("CONFIG_INVALID");
    return error.text.replace("\n\nhint: run `devenv config --schema` to see every key", "");
  }
  const allowed =
    "`env`, `envFile`, `ports`, `mounts`, `resources`, `gpus`, `devices`, `capAdd`, `securityOpt`, `host`, `dotfiles`, `shell`";

  it("never change the image or what else the config alone has", async () => {
    const text = `export default {
  image: "debian",
  environments: {
    dev: {
      tasks: { test: "true" },
    },
  },
};`;
    expect(await problemsOf(text)).toBe(`Config \`devenv.local.ts\` has 2 problems
  image (devenv.local.ts:2:3)
    an override never changes the image
    expected  one of ${allowed}, \`environments\`
    found     \`image\`, which only the config itself has
  environments.dev.tasks (devenv.local.ts:5:7)
    an override never changes \`tasks\`
    expected  one of ${allowed}
    found     \`tasks\`, which only the config itself has`);
  });

  it("are told with the names that there are", async () => {
    const text = 'export default {\n  prots: [1],\n  ports: ["x"],\n  environments: { dosc: {} },\n};';
    expect(await problemsOf(text)).toBe(`Config \`devenv.local.ts\` has 3 problems
  prots (devenv.local.ts:2:3)
    expected  one of ${allowed}, \`environments\`
    found     the unknown key \`prots\`
    did you mean \`ports\`?
  ports[0] (devenv.local.ts:3:11)
    expected  a port from 1 to 65535, or an object with \`container\`
    found     \`"x"\`
  environments.dosc (devenv.local.ts:4:19)
    expected  one of \`dev\`, \`docs\`
    found     the unknown key \`dosc\`
    did you mean \`docs\`?`);
  });

  it("are told as a script's mistakes are", async () => {
    using project = temporaryFolder({ "devenv.config.json": config, "devenv.local.ts": "export default {" });
    expect((await thrown(load(project))).text).toContain("Config has a syntax error at `devenv.local.ts:1:17`");
  });
});
