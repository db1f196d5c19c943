import { describe, expect, it } from "vitest";
import { loadConfig } from "../../../src/config/load.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { testHost } from "../../support/test-host.ts";
import { thrown } from "../../support/thrown.ts";

const hint = "\n\nhint: run `devenv config --schema` to see every key";

async function problemsOf(file: string, text: string): Promise<string> {
  using project = temporaryFolder({ [file]: text });
  const error = await thrown(loadConfig({ self: testHost(), cwd: project.path, context: { ci: false, env: {} } }));
  expect(error.code).toBe("CONFIG_INVALID");
  return error.text.replace(hint, "");
}

it("tells every problem at once, in the order of the file", async () => {
  const text = `import { apt, archive, defineConfig, run } from "devenv";

export default defineConfig({
  name: "Shop",
  environments: {
    dev: {
      image: {
        from: "debian:bookworm",
        layers: [
          apt("git", 7),
          run("make", { cach: ["/root/.cache"] }),
          archive({ url: "ftp://me:secret@example.com/x.tar", to: "opt" }),
        ],
      },
      pots: [3000],
      env: { TOKEN: 12345 },
    },
  },
} as any);
`;
  expect(await problemsOf("devenv.config.ts", text)).toBe(`Config \`devenv.config.ts\` has 7 problems
  name (devenv.config.ts:4:3)
    expected  a name of at most 128 lower-case letters, digits, \`.\`, \`_\` and \`-\`, the last three between others and not side by side
    found     \`"Shop"\`
  environments.dev.image.layers[0].packages[1] (devenv.config.ts:10:22)
    expected  a string
    found     \`7\`
  environments.dev.image.layers[1].cach (devenv.config.ts:11:25)
    expected  one of \`kind\`, \`command\`, \`cache\`, \`secrets\`, \`env\`, \`workdir\`, \`network\`
    found     the unknown key \`cach\`
    did you mean \`cache\`?
  environments.dev.image.layers[2].url (devenv.config.ts:12:21)
    expected  an \`http(s):\` address or \`npm:NAME@VERSION\`
    found     \`"ftp://…@example.com/x.tar"\`
  environments.dev.image.layers[2].to (devenv.config.ts:12:63)
    expected  an absolute path in the container, such as \`/opt/tool\`
    found     \`"opt"\`
  environments.dev.pots (devenv.config.ts:15:7)
    expected  one of \`image\`, \`workspace\`, \`env\`, \`envFile\`, \`ports\`, \`mounts\`, \`resources\`, \`gpus\`, \`devices\`, \`capAdd\`, \`securityOpt\`, \`host\`, \`dotfiles\`, \`shell\`, \`caches\`, \`hooks\`, \`secrets\`, \`tasks\`
    found     the unknown key \`pots\`
    did you mean \`ports\`?
  environments.dev.env.TOKEN (devenv.config.ts:16:14)
    expected  a string
    found     a number`);
});

describe("one problem", () => {
  const rows: { what: string; yaml: string; problem: string }[] = [
    {
      what: "a missing name",
      yaml: "image: a",
      problem: "name (devenv.config.yaml:1:1)\n    expected  a string\n    found     nothing",
    },
    {
      what: "neither an image nor environments",
      yaml: "name: shop",
      problem: "image (devenv.config.yaml:1:1)\n    expected  `image`, or `environments`\n    found     nothing",
    },
    {
      what: "environments without one",
      yaml: "name: shop\nenvironments: {}",
      problem:
        "environments (devenv.config.yaml:2:1)\n    expected  at least one environment\n    found     an empty object",
    },
    {
      what: "a key of an environment beside environments",
      yaml: "name: shop\nenvironments: { dev: { image: a } }\nports: [80]",
      problem:
        "ports (devenv.config.yaml:3:1)\n    `ports` stands beside `environments`\n    move it into an environment",
    },
    {
      what: "an environment whose name is no name",
      yaml: "name: shop\nenvironments:\n  Dev: { image: a }",
      problem:
        'environments.Dev (devenv.config.yaml:3:3)\n    expected  a name of at most 40 lower-case letters, digits, `_` and `-`, the last two between others and not side by side\n    found     `"Dev"`',
    },
    {
      what: "a config that is a list",
      yaml: "- name: shop",
      problem: "the config (devenv.config.yaml:1:1)\n    expected  an object\n    found     a list",
    },
    {
      what: "a value of neither form",
      yaml: "name: shop\nimage: 12",
      problem:
        "image (devenv.config.yaml:2:1)\n    expected  an image reference, or an object with `from`\n    found     `12`",
    },
    {
      what: "a word that is nearly one of a few",
      yaml: "name: shop\nimage: a\nworkspace: { mode: bnd }",
      problem:
        'workspace.mode (devenv.config.yaml:3:14)\n    expected  one of `bind`, `sync`, `copy`\n    found     `"bnd"`\n    did you mean `bind`?',
    },
    {
      what: "a misspelt key that is needed, as one problem",
      yaml: "name: shop\nimage: { from: { enviroment: base } }",
      problem:
        "image.from.enviroment (devenv.config.yaml:2:18)\n    expected  `environment`\n    found     the unknown key `enviroment`\n    did you mean `environment`?",
    },
    {
      what: "a base without its kind",
      yaml: "name: shop\nimage: { from: { suite: bookworm } }",
      problem: "image.from.kind (devenv.config.yaml:2:10)\n    expected  `bootstrap`\n    found     nothing",
    },
    {
      what: "a layer of no known kind",
      yaml: "name: shop\nimage: { from: a, layers: [{ kind: aptt, packages: [git] }] }",
      problem:
        'image.layers[0].kind (devenv.config.yaml:2:30)\n    expected  one of `apt`, `apk`, `archive`, `copy`, `run`, `env`, `dockerfile`\n    found     `"aptt"`\n    did you mean `apt`?',
    },
    {
      what: "a layer that is none",
      yaml: "name: shop\nimage: { from: a, layers: [git] }",
      problem:
        'image.layers[0] (devenv.config.yaml:2:28)\n    expected  a layer such as `apt("git")`, or a list of layers\n    found     `"git"`',
    },
    {
      what: "a port out of range",
      yaml: "name: shop\nimage: a\nports:\n  - container: 70000",
      problem:
        "ports[0].container (devenv.config.yaml:4:5)\n    expected  a port from 1 to 65535\n    found     `70000`",
    },
    {
      what: "a port as text",
      yaml: 'name: shop\nimage: a\nports: ["3000"]',
      problem:
        'ports[0] (devenv.config.yaml:3:9)\n    expected  a port from 1 to 65535, or an object with `container`\n    found     `"3000"`',
    },
    {
      what: "an environment that is text, without telling it",
      yaml: "name: shop\nimage: a\nenv: TOKEN=12345",
      problem: "env (devenv.config.yaml:3:1)\n    expected  an object\n    found     a string",
    },
    {
      what: "a name that no variable can have",
      yaml: "name: shop\nimage: a\nenv: { MY-TOKEN: x }",
      problem:
        "env.MY-TOKEN (devenv.config.yaml:3:8)\n    expected  a variable name of letters, digits and `_`\n    found     a string",
    },
    {
      what: "a task whose name needs quotes in a key path",
      yaml: 'name: shop\nimage: a\ntasks:\n  "test:unit": { comand: npm test }',
      problem:
        'tasks["test:unit"].comand (devenv.config.yaml:4:18)\n    expected  one of `command`, `cwd`, `env`, `dependsOn`\n    found     the unknown key `comand`\n    did you mean `command`?',
    },
  ];
  it.each(rows)("$what", async ({ yaml, problem }) => {
    expect(await problemsOf("devenv.config.yaml", yaml)).toBe(
      `Config \`devenv.config.yaml\` has a problem\n  ${problem}`,
    );
  });
});

it("points into package.json below its key", async () => {
  const text = '{\n  "name": "x",\n  "devenv": {\n\t"name": "shop",\n\t"image": "a",\n\t"shel": "bash"\n  }\n}';
  expect(await problemsOf("package.json", text)).toContain("shel (package.json:6:2)");
});

it("never tells the value of a variable, however wrong it is", async () => {
  const text =
    "name: shop\nimage: a\nenv: { A: [s3cret], B: { c: s3cret } }\ntasks: { t: { command: a, env: s3cret } }";
  expect(await problemsOf("devenv.config.yaml", text)).not.toContain("s3cret");
});
