/** `devenv verify` on two engines of our own, whose data roots nothing was in before. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import { nodeHost } from "../../src/host/node.ts";
import { projectLabel } from "../../src/plan/labels.ts";
import { engineKinds, type RunningEngine, startEngine } from "../engines/engines.ts";
import { copyImage } from "../support/copy-image.ts";
import { runCli } from "../support/run-cli.ts";
import { baseImage } from "../support/sandbox.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";
import { configText } from "../support/test-project.ts";

const run = promisify(execFile);
const project = "verified";
/** What the secret says is run, and does not count: so a test can plant a difference. */
const config = `image: {
    from: "${baseImage}",
    layers: [
      dockerfile("USER root"),
      copy("data", "/srv/data"),
      env({ COLOUR: "blue" }),
      run("mkdir /d && cd /d && printf 0123456789 > byte && touch mode gone linked && ln linked hard && echo new > now"
        + " && rm /usr/share/base-files/motd"),
      copy("data", "/srv/more"),
      run("cd /d && . /run/secrets/PLANT", { secrets: ["PLANT"] }),
    ],
    user: "ada",
  },
  secrets: { PLANT: { command: "cat plant" } },
`;
let folder: TemporaryFolder;
let cache: TemporaryFolder;
let one: RunningEngine;
let other: RunningEngine;

beforeAll(async () => {
  folder = temporaryFolder({
    "devenv.config.mjs": configText(project, config),
    "data/ünï": "x\n",
    plant: "true\n",
  });
  cache = temporaryFolder();
  const host = nodeHost();
  const [kind] = engineKinds;
  if (kind === undefined) throw new Error("there is no engine");
  const options = { host, outer: connectEngine(host), folders: [folder.path] };
  one = await startEngine(kind, options);
  other = await startEngine(kind, options);
  await Promise.all([one, other].map(({ address }) => copyImage(baseImage, address)));
});

afterAll(async () => {
  await one?.[Symbol.asyncDispose]();
  await other?.[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
  cache[Symbol.dispose]();
});

const devenv = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runCli(args, {
    cwd: folder.path,
    timeoutMs: 240_000,
    env: { DOCKER_HOST: one.address, XDG_CACHE_HOME: cache.path, ...env },
  });

const tags = async () => {
  const { images } = connectEngine(testHost({ env: { DOCKER_HOST: one.address } }));
  return (await images.list({ [projectLabel]: project })).flatMap((image) => image.tags);
};

it("finds images equal over builds, engines and data roots", async () => {
  const missing = await devenv(["verify"]);
  expect(missing).toMatchObject({ exitCode: 1, stdout: "" });
  expect(missing.stderr).toContain("`devenv-lock.json` does not say what the image of `dev` holds");
  expect((await devenv(["lock"])).exitCode).toBe(0);
  expect(await devenv(["verify", "--against", other.address])).toMatchObject({ exitCode: 0, stdout: "dev: equal\n" });
  const there = await devenv(["verify", "--json"], { DOCKER_HOST: other.address });
  expect(there.exitCode).toBe(0);
  expect(JSON.parse(there.stdout)).toMatchObject({ equal: true, layers: [] });
});

it("writes the same file on both engines, which either of them loads", async () => {
  const write = async (name: string, address: string) => {
    const args = ["build", "--no-cache", "--output", name, "--json"];
    const { exitCode, stdout } = await devenv(args, { DOCKER_HOST: address });
    expect(exitCode).toBe(0);
    return JSON.parse(stdout).environments[0];
  };
  const here = await write("here.tar", one.address);
  const there = await write("there.tar", other.address);
  const file = (name: string) => readFileSync(join(folder.path, name));
  expect(there.archive).toEqual({ ...here.archive, file: join(folder.path, "there.tar") });
  expect(here.archive.size).toBe(file("here.tar").length);
  expect(file("here.tar").equals(file("there.tar"))).toBe(true);

  await run("docker", ["--host", other.address, "load", "--input", join(folder.path, "here.tar")]);
  const { stdout: id } = await run("docker", ["--host", other.address, "inspect", "--format", "{{.Id}}", here.image]);
  expect(id.trim()).toBe(here.archive.config);
  expect(await devenv(["verify", "--against", here.image], { DOCKER_HOST: other.address })).toMatchObject({
    exitCode: 0,
    stdout: "dev: equal\n",
  });
  await run("docker", ["--host", other.address, "rmi", "--force", here.image]);
});

it("names exactly the files that differ, and leaves the environment's image alone", async () => {
  const before = await tags();
  folder.write({
    plant: "printf 0123456780 > byte; chmod 711 mode; echo x > extra; rm gone; ln -s b link; chown -h 7:8 link\n",
  });
  const { exitCode, stdout } = await devenv(["verify", "--json"]);
  const { equal, layers } = JSON.parse(stdout);
  expect({ exitCode, equal }).toEqual({ exitCode: 1, equal: false });
  expect(layers).toEqual([
    {
      environment: "dev",
      key: "image.layers[4], image.layers[5]",
      place: { file: "devenv.config.mjs", line: 12, column: 7 },
      files: true,
      added: ["/d/extra", "/d/link"],
      removed: ["/d/gone"],
      changed: [
        { path: "/d/byte", differences: [expect.objectContaining({ what: "content" })] },
        { path: "/d/mode", differences: [{ what: "mode", from: "0644", to: "0711" }] },
      ],
    },
  ]);
  expect(await tags()).toEqual(before);
});

it("names the layers alone where the locked image is neither here nor was read here", async () => {
  using empty = temporaryFolder();
  const { exitCode, stdout } = await devenv(["verify"], { DOCKER_HOST: other.address, XDG_CACHE_HOME: empty.path });
  expect({ exitCode, stdout }).toEqual({
    exitCode: 1,
    stdout: `dev: different in 1 place
  image.layers[4], image.layers[5] (devenv.config.mjs:12:7)
    the locked image is not here: its files are not known
`,
  });
});

it("asks for a new lock when the config makes another image", async () => {
  folder.write({ "devenv.config.mjs": configText(project, config.replace("blue", "red")) });
  const { exitCode, stderr } = await devenv(["verify"]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("`devenv-lock.json` tells of another image of `dev`");
  expect(stderr).toContain("hint: run `devenv lock`");
});
