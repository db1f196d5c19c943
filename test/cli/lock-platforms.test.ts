/** A lock for more platforms than the one that this machine can build for. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openCliProject } from "../support/cli-project.ts";
import { serveHttp } from "../support/http-server.ts";
import { makeTar } from "../support/make-archive.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";

const name = "locked-for-others";
const own = `linux/${testHost().arch}`;
const other = own === "linux/arm64" ? "linux/amd64" : "linux/arm64";

const configOf = (url: string) => `
import { apt, archive, defineConfig } from "devenv";
const url = { "${own}": "${url}/own.tar", "${other}": "${url}/other.tar" };
export default defineConfig({
  name: "${name}",
  image: { from: "devenv-test/base:bookworm", layers: [archive({ url, to: "/opt/tool" }), apt("libc6")] },
});
`;

it("pins what can be found out here, tells what cannot, and says in CI which platform is missing", async () => {
  using folder = temporaryFolder();
  const tar = readFileSync(await makeTar(folder.path, [{ name: "tool", text: "a tool" }]));
  await using server = await serveHttp((_request, response) => response.end(tar));
  await using project = openCliProject(name, { "devenv.config.ts": configOf(server.url) });
  const read = () => JSON.parse(readFileSync(join(project.path, "devenv-lock.json"), "utf8"));
  const fail = async (...args: readonly string[]) =>
    JSON.parse((await project.devenv([...args, "--json"])).stdout).error;

  const first = await project.devenv(["lock"]);
  expect(first, first.stderr).toMatchObject({ exitCode: 0 });
  const { archives, environments } = read();
  expect(Object.keys(archives)).toEqual([`${server.url}/other.tar`, `${server.url}/own.tar`].sort());
  const noted = environments.dev.requests["image.layers[0]"].split(" + ").sort();
  expect(noted.slice(0, 2)).toEqual([`${server.url}/other.tar (${other})`, `${server.url}/own.tar (${own})`].sort());

  expect(await fail("lock", "--check", "--platform", other)).toEqual({
    code: "LOCK_STALE",
    message: `The lock is stale: \`image.from\` is \`docker.io/devenv-test/base:bookworm\`, which is locked for \`${own}\`, but not for \`${other}\``,
    hint: `run \`devenv lock --platform ${other}\` and commit \`devenv-lock.json\`; \`--no-frozen\` lets this command write it`,
    details: expect.objectContaining({ platform: other, lockedFor: [own] }),
  });
  const left = await project.devenv(["lock", "--platform", other]);
  expect(left).toMatchObject({ exitCode: 0 });
  expect(left.stderr).toContain(
    `\`image.from\` (docker.io/devenv-test/base:bookworm) is left to the first \`devenv up\` on ${other}: `,
  );
  expect(await fail("lock", "--platform", "arm64")).toMatchObject({
    code: "USAGE",
    message: "`--platform` takes platforms such as `linux/arm64`, not `arm64`",
  });
});
