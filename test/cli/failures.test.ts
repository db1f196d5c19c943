/** The whole message of each failure that a user meets, from the built bundle and the real engine. */
import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { openEngineProxy } from "../support/engine-proxy.ts";
import { type RunCliOptions, runCli } from "../support/run-cli.ts";
import { type Tree, temporaryFolder } from "../support/temporary-folder.ts";

const base = 'from: "devenv-test/base:bookworm"';

/** A config of the project `shop` with this image. */
function config(image: string, more = ""): string {
  return `import { archive, copy, defineConfig, dockerfile, run } from "devenv";
export default defineConfig({
  name: "shop",
  image: { ${image} },
  tasks: { test: "true" },${more}
});
`;
}

/** What devenv prints in a folder with these files, all containers of which are removed afterwards. */
async function failure(files: Tree, args: readonly string[], options: RunCliOptions = {}): Promise<string> {
  using folder = temporaryFolder(files);
  try {
    const { exitCode, stdout, stderr } = await runCli(args, { cwd: folder.path, ...options });
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    const text = stderr.slice(stderr.indexOf("error: "));
    return text
      .replaceAll(folder.path, "FOLDER")
      .replaceAll(/[0-9a-f]{12,64}/g, "HASH")
      .replaceAll(/127\.0\.0\.1:\d+/g, "HOST");
  } finally {
    await runCli(["down"], { cwd: folder.path });
  }
}

const onDisk = (text: string) => ({ "devenv.config.ts": text });

describe("devenv says what failed, why, and what mends it:", () => {
  it("no engine", async () => {
    const env = { DOCKER_HOST: "unix:///nowhere/docker.sock" };
    expect(await failure(onDisk(config(base)), ["up"], { env })).toMatchInlineSnapshot(`
      "error: No container engine answers at \`unix:///nowhere/docker.sock\`: the socket does not exist

      hint: run \`devenv doctor --fix\` to install and start one, or set DOCKER_HOST
      "
    `);
  });

  it("an engine that stops in the middle of a build", async () => {
    await using proxy = await openEngineProxy();
    const text = await failure(
      onDisk(config(`${base}, layers: [run("echo started; sleep 60")]`)),
      ["up", "--verbose"],
      {
        env: { DOCKER_HOST: proxy.address },
        onStart: (running) => void running.printed("started").then(() => proxy.cut()),
      },
    );
    expect(text).toMatchInlineSnapshot(`
      "error: The connection to the container engine broke while it was asked to build image \`localhost/shop/dev:HASH\`

      hint: see that the engine runs (\`devenv doctor --fix\` starts it), then run the command again
      "
    `);
  });

  it("a syntax error", async () => {
    expect(
      await failure(onDisk("export default {\n  name: 'shop',\n  image: = 1,\n};\n"), ["up"]),
    ).toMatchInlineSnapshot(`
      "error: Config has a syntax error at \`devenv.config.ts:3:10\`: Unexpected token
      "
    `);
  });

  it("an unknown key", async () => {
    expect(await failure(onDisk(config(base, "\n  enviroment: {},")), ["up"])).toMatchInlineSnapshot(`
      "error: Config \`devenv.config.ts\` has a problem
        enviroment (devenv.config.ts:6:3)
          expected  one of \`name\`, \`environments\`, \`registries\`, \`packages\`, \`image\`, \`workspace\`, \`env\`, \`envFile\`, \`ports\`, \`mounts\`, \`resources\`, \`gpus\`, \`devices\`, \`capAdd\`, \`securityOpt\`, \`host\`, \`dotfiles\`, \`shell\`, \`caches\`, \`hooks\`, \`secrets\`, \`tasks\`
          found     the unknown key \`enviroment\`
          did you mean \`environments\`?

      hint: run \`devenv config --schema\` to see every key
      "
    `);
  });

  it("a wrong type", async () => {
    expect(await failure(onDisk(config(base, '\n  ports: ["3000"],')), ["up"])).toMatchInlineSnapshot(`
      "error: Config \`devenv.config.ts\` has a problem
        ports[0] (devenv.config.ts:6:11)
          expected  a port from 1 to 65535, or an object with \`container\`
          found     \`"3000"\`

      hint: run \`devenv config --schema\` to see every key
      "
    `);
  });

  it("a failing layer", async () => {
    const layers = 'layers: [run("echo fine"),\n    run("echo no such thing >&2; exit 3")]';
    expect(await failure(onDisk(config(`${base}, ${layers}`)), ["up"])).toMatchInlineSnapshot(`
      "error: Image \`shop/dev:HASH\` could not be built: executor failed running [/bin/sh -c echo no such thing >&2; exit 3]: exit code: 3
        config      image.layers[1] (devenv.config.ts:5:5)
        Dockerfile  line 13
        step        RUN echo no such thing >&2; exit 3
        | no such thing

      hint: mend the layer at \`devenv.config.ts:5:5\` and run the command again
      "
    `);
  });

  it("a copy that fails in the step of the command after it", async () => {
    const layers = `layers: [dockerfile("USER root"), run("mkdir -p /two/a"),
    copy("a", "/one"),
    copy("a", "/two"),
    run("make")]`;
    const files = { ...onDisk(config(`${base}, ${layers}`)), a: "a" };
    expect(await failure(files, ["up"])).toMatchInlineSnapshot(`
      "error: Image \`shop/dev:HASH\` could not be built: executor failed running [/bin/sh -c copy a /one && copy a /two && make]: exit code: 1
        config      image.layers[3] (devenv.config.ts:6:5)
        Dockerfile  line 18
        step        RUN make, after COPY a /one && COPY a /two
        | devenv: cannot put a file in the place of the folder \`/two/a\`

      hint: mend the layer at \`devenv.config.ts:6:5\` and run the command again
      "
    `);
  });

  it("a copy by a link into the cache of the command after it", async () => {
    const layers = `layers: [dockerfile("USER root"), run("mkdir /c && ln -s c /link"),
    copy("a", "/one"),
    copy("a", "/link/"),
    run("make", { cache: ["/c"] })]`;
    const files = { ...onDisk(config(`${base}, ${layers}`)), a: "a" };
    expect(await failure(files, ["up"])).toMatchInlineSnapshot(`
      "error: Image \`shop/dev:HASH\` could not be built: executor failed running [/bin/sh -c copy a /one && copy a /link/ && make]: exit code: 1
        config      image.layers[3] (devenv.config.ts:6:5)
        Dockerfile  line 18
        step        RUN make, after COPY a /one && COPY a /link/
        | devenv: \`/link/\` leads to \`/c\`, which is no part of the image while this step runs: name that folder in its place

      hint: mend the layer at \`devenv.config.ts:6:5\` and run the command again
      "
    `);
  });

  it("a source of copy that is missing", async () => {
    const files = { ...onDisk(config(`${base}, layers: [copy("requirement.txt", "/tmp/")]`)), "requirements.txt": "" };
    expect(await failure(files, ["up"])).toMatchInlineSnapshot(`
      "error: \`image.layers[0]\` copies \`requirement.txt\`, which does not exist in the project

      hint: did you mean \`requirements.txt\`?
      "
    `);
  });

  it("a source of copy outside the project", async () => {
    expect(
      await failure(onDisk(config(`${base}, layers: [copy("../secrets", "/tmp/")]`)), ["up"]),
    ).toMatchInlineSnapshot(`
      "error: \`image.layers[0]\` copies \`../secrets\`, which leads out of the project: \`..\` goes above its folder

      hint: put the file into the project, or make the link relative and keep it inside
      "
    `);
  });

  it("a download with another checksum", async () => {
    const server = createServer((_request, response) => response.end("not what was promised"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    try {
      const layer = `archive({ url: "http://127.0.0.1:${port}/tool.tar.gz", to: "/opt", sha256: "${"0".repeat(64)}" })`;
      expect(await failure(onDisk(config(`${base}, layers: [${layer}]`)), ["up"])).toMatchInlineSnapshot(`
        "error: \`http://HOST/tool.tar.gz\` of \`image.layers[0]\` is not what the config expects:
          expected sha256  HASH
          received sha256  HASH

        hint: compare with the checksum that the publisher names; if the received one is right, put it into the config
        "
      `);
    } finally {
      server.close();
    }
  });

  it("an environment that does not exist", async () => {
    expect(await failure(onDisk(config(base)), ["up", "prod"])).toMatchInlineSnapshot(`
      "error: There is no environment \`prod\`; the config has \`dev\`

      hint: run \`devenv status\` to see the environments
      "
    `);
    expect(await failure(onDisk(config(base)), ["exec", "prod", "--", "ls"])).toMatchInlineSnapshot(`
      "error: Environment \`prod\` is not up

      hint: run \`devenv up prod\`
      "
    `);
  });

  it("a task that does not exist", async () => {
    expect(await failure(onDisk(config(base)), ["task", "tset"])).toMatchInlineSnapshot(`
      "error: There is no task \`tset\`; the config has \`test\`

      hint: run \`devenv task\` to see the tasks
      "
    `);
  });
});
