/** An image in canonical form: the same bytes over builds and engines, and an engine takes it. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import { build } from "../../src/env/build.ts";
import { readContent } from "../../src/env/image/content.ts";
import type { OperationContext } from "../../src/env/operation.ts";
import { planProject } from "../../src/env/plan-project.ts";
import { openProject } from "../../src/env/project.ts";
import { projectLabel } from "../../src/plan/labels.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";

const run = promisify(execFile);
const project = "canonical";
const config = `
import { copy, defineConfig, env, run } from "devenv";
export default defineConfig({
  name: "${project}",
  environments: {
    base: {
      image: {
        from: "devenv-test/base:bookworm",
        layers: [run("mkdir /d && cd /d && touch a gone && ln a hard && ln -s a 'ünï' && mkfifo pipe && truncate -s 2M sparse"
          + " && rm /usr/share/base-files/motd")],
        user: "ada",
      },
    },
    dev: {
      image: {
        from: { environment: "base" },
        layers: [
          copy("data", "/srv/data"),
          env({ COLOUR: "blue" }),
          run("rm /d/gone && chmod 4755 /d/hard && touch /etc/passwd && rm -r /usr/share/base-files && mkdir /usr/share/base-files"),
        ],
      },
    },
  },
});
`;

it("is the same file over builds and engines, loads, and holds what was built", { timeout: 600_000 }, async () => {
  using folder = temporaryFolder({ "devenv.config.ts": config, "data/x": "x\n" });
  using cache = temporaryFolder();
  const host = testHost({ cacheDir: cache.path });
  const engine = connectEngine(host);
  const { spec, locate } = await openProject({ host, cwd: folder.path });
  const context: OperationContext = { host, engine, spec, locate, report: () => {} };
  const write = async (name: string) => {
    const output = join(folder.path, name);
    const { environments } = await build(context, { names: ["dev"], noCache: true, output });
    return environments[0]?.archive;
  };
  try {
    const one = await write("one.tar");
    const plan = await planProject(context);
    const image = plan.environments.find(({ name }) => name === "dev")?.image;
    if (image === undefined || one === undefined) throw new Error("nothing was built");
    const built = await readContent(context, image);
    const two = await write("two.tar");
    expect({ ...two, file: one.file }).toEqual(one);
    expect(readFileSync(join(folder.path, "two.tar")).equals(readFileSync(one.file))).toBe(true);
    expect(readdirSync(join(cache.path, "tmp"))).toEqual([]);

    await engine.images.remove(image.tag);
    await run("docker", ["load", "--quiet", "--input", one.file]);
    expect((await readContent(context, image)).content).toBe(built.content);
    const script = "id -un; echo $COLOUR; cat /srv/data/x; stat -c '%a %h %Y' /d/hard; ls /d /usr/share/base-files";
    const { stdout } = await run("docker", ["run", "--rm", image.tag, "sh", "-c", script]);
    expect(stdout).toBe("ada\nblue\nx\n4755 1 1577836800\n/d:\na\nhard\npipe\nsparse\nünï\n\n/usr/share/base-files:\n");
    expectSameAsElsewhere(one.digest, (await engine.info()).product);
  } finally {
    for (const { id, tags } of await engine.images.list({ [projectLabel]: project })) {
      for (const reference of tags.length === 0 ? [id] : tags) await engine.images.remove(reference);
    }
  }
});

/** With what the engine before this one made, where the suite runs on several; Podman builds by other rules. */
function expectSameAsElsewhere(digest: string, product: string): void {
  const { DEVENV_TEST_SHARED: shared } = process.env;
  if (shared === undefined || product !== "docker") return;
  const file = join(shared, "canonical-digest");
  if (!existsSync(file)) writeFileSync(file, digest);
  expect(digest).toBe(readFileSync(file, "utf8"));
}
