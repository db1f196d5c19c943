/** What was changed in the cache since it was received is no part of an image: it is had anew. */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openAptRepository } from "../support/apt-repository.ts";
import { openCliProject } from "../support/cli-project.ts";
import { serveHttp } from "../support/http-server.ts";
import { makeTar } from "../support/make-archive.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";

const name = "cache-changed";
const files = (folder: string) =>
  readdirSync(folder)
    .map((file) => join(folder, file))
    .filter((file) => statSync(file).isFile());

/** Other bytes, as many. */
function change(file: string): void {
  const bytes = readFileSync(file);
  const at = bytes.lastIndexOf("genuine");
  if (at >= 0) bytes.write("planted", at);
  else bytes[bytes.length - 1] = 255 - (bytes.at(-1) ?? 0);
  writeFileSync(file, bytes);
}

it("takes neither a changed download nor a changed package nor a changed tar into an image", async () => {
  using served = temporaryFolder();
  const tar = readFileSync(await makeTar(served.path, [{ name: "tool", text: "genuine" }]));
  await using server = await serveHttp((_, response) => response.end(tar));
  await using repository = await openAptRepository(testHost().arch);
  repository.publish([{ name: "tool", version: "1.0" }]);
  using cache = temporaryFolder();
  const text = `import { apt, archive, defineConfig, run } from "devenv";
export default defineConfig({
  name: "${name}",
  image: {
    from: "devenv-test/base:bookworm",
    layers: [
      run(${JSON.stringify(repository.useIt)}),
      apt("tool"),
      archive({ url: "${server.url}/tool.tar", to: "/opt/tool" }),
      run("grep -q genuine /opt/tool/tool"),
    ],
  },
});
`;
  const at = (part: string) => join(cache.path, "devenv", part);
  // each in a folder of its own: BuildKit does not ask again for what a folder's build gave it before
  const build = async (lock?: string) => {
    await using project = openCliProject(name, {
      "devenv.config.ts": text,
      ...(lock === undefined ? {} : { "devenv-lock.json": lock }),
    });
    const result = await project.devenv(["build", "--no-cache"], { env: { XDG_CACHE_HOME: cache.path } });
    expect(result.exitCode, result.stderr).toBe(0);
    return readFileSync(join(project.path, "devenv-lock.json"), "utf8");
  };
  const lock = await build();
  const asked = server.requests.length;
  for (const folder of ["downloads/sha256", "packages"]) {
    const found = files(at(folder)).filter((file) => /[0-9a-f]{64}$/.test(file));
    expect(found, folder).not.toEqual([]);
    for (const file of found) change(file);
  }
  rmSync(at("archives"), { recursive: true });
  await build(lock);
  expect(server.requests.length).toBe(asked + 1);

  for (const file of files(at("archives")).filter((one) => one.endsWith(".tar"))) change(file);
  await build(lock);
  expect(server.requests.length).toBe(asked + 1);
});
