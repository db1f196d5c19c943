/** Two builds of one config, without a cache and unlike in all that must not count, give the same bytes. */
import { randomUUID } from "node:crypto";
import { chmodSync, readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import { build as buildEnvironments } from "../../src/env/build.ts";
import { openProject } from "../../src/env/project.ts";
import { projectLabel } from "../../src/plan/labels.ts";
import { build } from "../support/builds.ts";
import { serveHttp } from "../support/http-server.ts";
import { makeTar } from "../support/make-archive.ts";
import { openSandbox, type Sandbox } from "../support/sandbox.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";

const project = "reproducible";

const configOf = (url: string) => `
import { apt, archive, copy, defineConfig, dockerfile, env, run } from "devenv";
export default defineConfig({
  name: "${project}",
  environments: {
    base: {
      image: {
        from: "devenv-test/base:bookworm",
        layers: [
          apt("less", "python3-minimal"),
          archive({ url: "${url}", to: "/opt/a tool/", strip: 1 }),
          copy("src", "/srv/new/place", { owner: "1:2" }),
          copy(["one.txt", "two's $x.txt", "-three"], "/srv/new"),
          copy("module.py", "/usr/local/lib/", { owner: "daemon", mode: "0750" }),
          env({ COLOUR: "blue" }),
          run("python3 -c 'import sys; sys.path.insert(0, \\"/usr/local/lib\\"); import module'"),
          run("python3 -m py_compile /usr/local/lib/module.py"),
          run("date > /var/cache/pip/now; ln -s now /srv/link; touch -d 2001-01-01 /srv/old; mkdir /srv/made", {
            cache: ["/var/cache/pip"],
          }),
        ],
        user: "ada",
      },
    },
    dev: {
      image: {
        from: { environment: "base" },
        layers: [
          copy("src", "/opt/two"),
          copy("module.py", "/opt/two/"),
          env({ COLOUR: "red" }),
          run("cp -a /opt/two /opt/three; rm -r /opt/two/deep; python3 -m compileall -q /opt/three"),
          dockerfile("USER ada"),
          run("date > ~/.now; cat ~/.now > /dev/null; : > ~/.now"), copy("one.txt", "/opt/"),
        ],
      },
    },
  },
});
`;

const tree = {
  "src/deep/file.txt": "deep\n",
  "src/run.sh": { text: "#!/bin/sh\n", mode: 0o755 },
  "src/link": { link: "deep/file.txt" },
  "src/empty": null,
  "one.txt": "1\n",
  "two's $x.txt": "2\n",
  "-three": "3\n",
  "module.py": "value = 1\n",
};

it("builds twice to the same layers, whatever the time, the umask and the place", { timeout: 600_000 }, async () => {
  using downloads = temporaryFolder();
  const tar = await makeTar(downloads.path, [{ name: "tool/bin/tool", text: "tool\n", mode: 0o755 }]);
  await using server = await serveHttp((_request, response) => response.end(readFileSync(tar)));
  const engine = connectEngine(testHost());
  const { product } = await engine.info();
  await using sandbox = openSandbox();
  const imagesOf = async (umask: number, time: number) => {
    using cache = temporaryFolder();
    using folder = temporaryFolder({ ...tree, "devenv.config.ts": configOf(`${server.url}/tool.tar`) });
    chmodSync(join(folder.path, "src"), 0o777 & ~umask);
    chmodSync(join(folder.path, "one.txt"), 0o666 & ~umask);
    utimesSync(join(folder.path, "src/deep"), time, time);
    utimesSync(join(folder.path, "one.txt"), time, time);
    const host = testHost({ cacheDir: cache.path });
    const { spec, locate } = await openProject({ host, cwd: folder.path });
    const { environments } = await buildEnvironments(
      { host, engine, spec, locate, report: () => {} },
      { names: [], noCache: true },
    );
    return Promise.all(
      environments.map(async ({ image }) => ({
        layers: (await engine.images.inspect(image))?.layers.length,
        files: await filesOf(sandbox, image),
      })),
    );
  };
  try {
    const first = await imagesOf(0o022, 1_000_000_000);
    await sleep(1100);
    const second = await imagesOf(0o077, 1_700_000_000);
    if (product === "docker") expect(first.map(({ layers }) => layers)).toEqual([9, 12]);
    expect(second).toEqual(first);
  } finally {
    for (const { id, tags } of await engine.images.list({ [projectLabel]: project })) {
      for (const reference of tags.length === 0 ? [id] : tags) await engine.images.remove(reference);
    }
  }
});

/** Podman's own file in `/run` leaves in each layer the time at which it was taken away: all else has to be equal. */
/**
 * Not the digests of the layers: overlay2 gives a folder whose time alone changed, and marks on new ones, only where it
 * finds the layer below just where the step had it.
 */
async function filesOf(sandbox: Sandbox, image: string): Promise<readonly string[]> {
  const places = ["/proc", "/sys", "/dev", "/run", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf"];
  const others = `find / -xdev \\( ${places.map((path) => `-path ${path}`).join(" -o ")} \\) -prune -o`;
  const list = `${others} \\( -type d -printf '%p %m %U:%G\\n' -o -printf '%p %T@ %m %U:%G %l\\n' \\) | sort; ${others} -type f -exec sha256sum {} +`;
  const dockerfile = `FROM ${image}\nUSER root\nRUN : ${randomUUID()}; { ${list}; } | grep -v '^/ ' | sha256sum`;
  return (await build(sandbox, dockerfile)).output;
}
