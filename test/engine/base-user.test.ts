/** Layers on a base that ends as a user other than root. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import { build as buildEnvironments } from "../../src/env/build.ts";
import { openProject } from "../../src/env/project.ts";
import { projectLabel } from "../../src/plan/labels.ts";
import { build } from "../support/builds.ts";
import { serveHttp } from "../support/http-server.ts";
import { makeTar } from "../support/make-archive.ts";
import { baseImage, openSandbox } from "../support/sandbox.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";

const project = "base-user";

const configOf = (from: string, url: string) => `
import { archive, copy, defineConfig, run } from "devenv";
const layers = [
  run("id -un > /tmp/first", { cache: ["/opt/cache"] }),
  archive({ url: "${url}", to: "/opt/tool" }),
  copy("one.txt", "/opt/new/one.txt"),
  run("id -un > /tmp/second", { cache: ["/opt/other/cache"] }),
];
export default defineConfig({
  name: "${project}",
  environments: {
    dev: { image: { from: "${from}", layers } },
    next: { image: { from: { environment: "dev" }, layers: [copy("one.txt", "/srv/")] } },
    named: { image: { from: "${from}", layers: [], user: "ada" } },
  },
});
`;

it("runs devenv's own steps as root there, and leaves the user as it is", { timeout: 300_000 }, async () => {
  using downloads = temporaryFolder();
  const tar = await makeTar(downloads.path, [{ name: "bin/tool", text: "tool\n", mode: 0o755 }]);
  await using server = await serveHttp((_request, response) => response.end(readFileSync(tar)));
  await using sandbox = openSandbox();
  const base = await build(sandbox, `FROM ${baseImage}\nUSER nobody`);
  using cache = temporaryFolder();
  using folder = temporaryFolder({
    "one.txt": "1\n",
    "devenv.config.ts": configOf(base.tag, `${server.url}/tool.tar`),
  });
  const host = testHost({ cacheDir: cache.path });
  const engine = connectEngine(host);
  const { spec, locate } = await openProject({ host, cwd: folder.path });
  try {
    const { environments } = await buildEnvironments({ host, engine, spec, locate, report: () => {} }, { names: [] });
    const infos = await Promise.all(environments.map(({ image }) => engine.images.inspect(image)));
    expect(infos.map((info) => info?.user)).toEqual(["nobody", "nobody", "ada"]);
    const list =
      "cat /tmp/first /tmp/second; stat -c '%U %n' /opt/tool/bin/tool /opt/new/one.txt /srv/one.txt /opt/other";
    const { output } = await build(sandbox, `FROM ${environments[1]?.image}\nRUN : ${randomUUID()}; ${list}`);
    const owned = ["/opt/tool/bin/tool", "/opt/new/one.txt", "/srv/one.txt", "/opt/other"];
    expect(output).toEqual(["nobody", "nobody", ...owned.map((path) => `root ${path}`)]);
  } finally {
    for (const { id, tags } of await engine.images.list({ [projectLabel]: project })) {
      for (const reference of tags.length === 0 ? [id] : tags) await engine.images.remove(reference);
    }
  }
});
