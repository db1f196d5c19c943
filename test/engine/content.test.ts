/** What an image holds, read from the real engine: the same over builds, and each difference found. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { readContent } from "../../src/env/image/content.ts";
import type { ImageContent } from "../../src/plan/content/content.ts";
import { diffTrees } from "../../src/plan/content/diff.ts";
import type { ImagePlan } from "../../src/plan/plan.ts";
import { build } from "../support/builds.ts";
import { imageOf } from "../support/plans.ts";
import { baseImage, openSandbox, type Sandbox } from "../support/sandbox.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";

/** Build without a cache and read it anew; each line is a layer of the config. */
async function contentOf(sandbox: Sandbox, lines: readonly string[]): Promise<ImageContent> {
  using cache = temporaryFolder();
  const dockerfile = [`FROM ${baseImage}`, ...lines].join("\n");
  const { tag } = await build(sandbox, dockerfile, { noCache: true });
  const image: ImagePlan = {
    ...imageOf({ image: { from: baseImage } }),
    key: "image",
    dockerfile,
    origins: lines.map((_, index) => ({ from: index + 2, to: index + 2, key: `image.layers[${index}]` })),
  };
  return readContent({ engine: sandbox.engine, host: testHost({ cacheDir: cache.path }) }, image, tag);
}

/** What `setcap cap_net_raw+ep` does, by what a minimal Debian has; `permitted` are the bits of other capabilities. */
const setCapability = (path: string, permitted = "0x2000") =>
  `perl -e '($path, $name, $value) = ("${path}", "security.capability", pack("V5", 0x2000001, ${permitted}, 0, 0, 0)); syscall(\`uname -m\` =~ /aarch64/ ? 5 : 188, $path, $name, $value, 20, 0) == 0 or die $!'`;

const changesOf = ({ layers }: ImageContent, key: string) => layers.find((layer) => layer.key === key)?.changes ?? {};
const nodesOf = (content: ImageContent, key: string) =>
  Object.fromEntries(Object.entries(changesOf(content, key)).map(([path, { now }]) => [path, now]));

it("tells what each layer changes in effect: links, removals, names, attributes", async () => {
  await using sandbox = openSandbox();
  const lines = [
    `RUN touch /opt/ping && ${setCapability("/opt/ping")}`,
    "RUN mkdir /d && echo one > /d/b && ln /d/b /d/a && ln -s b '/d/ünï cödé' && echo gone > /d/gone && date > /d/now",
    "RUN rm /d/gone && rm -r /usr/share/base-files && mkdir /usr/share/base-files && echo x > /usr/share/base-files/x",
    "RUN touch /d/b /etc/passwd && chmod 4700 /usr/bin/env && chown 5:6 -h '/d/ünï cödé' && date > /d/now && echo fixed > /d/now",
    "ENV COLOUR=blue",
    "RUN rm -rf /d/nothing && true",
  ];
  const first = await contentOf(sandbox, lines);
  expect(first.layers.map(({ key }) => key)).toEqual([
    "from",
    "layers[0]",
    "layers[1]",
    "layers[2]",
    "layers[3]",
    "layers[5]",
  ]);
  const { xattrs } = nodesOf(first, "layers[0]")["/opt/ping"] ?? {};
  expect(xattrs).toEqual({ "security.capability": "0x0100000200200000000000000000000000000000" });
  const made = nodesOf(first, "layers[1]");
  expect(Object.keys(made)).toEqual(["/d", "/d/a", "/d/b", "/d/gone", "/d/now", "/d/ünï cödé"]);
  expect([made["/d/a"], made["/d/b"]]).toMatchObject([
    { hardLink: "/d/a", size: 4 },
    { hardLink: "/d/a", size: 4 },
  ]);
  const removed = nodesOf(first, "layers[2]");
  expect(removed["/d/gone"]).toBeNull();
  expect(removed["/usr/share/base-files/motd"]).toBeNull();
  expect(Object.keys(removed)).not.toContain("/usr/share/base-files");
  expect(removed["/usr/share/base-files/x"]).toMatchObject({ kind: "file", size: 2, mode: 0o644 });
  const changed = nodesOf(first, "layers[3]");
  expect(Object.keys(changed)).toEqual(["/d/now", "/d/ünï cödé", "/usr/bin/env"]);
  expect(changed["/usr/bin/env"]).toMatchObject({ mode: 0o4700 });
  expect(changed["/d/ünï cödé"]).toMatchObject({ kind: "link", target: "b", uid: 5, gid: 6 });
  expect(nodesOf(first, "layers[5]")).toEqual({});
  expect(first.config).toMatchObject({ Env: ["COLOUR=blue", expect.stringContaining("PATH=")] });
});

it("is equal over two builds at different times, and names exactly what was planted", async () => {
  await using sandbox = openSandbox();
  // Podman's builds may make none, and no user namespace may
  const { product, rootless } = await sandbox.engine.info();
  const device = product === "podman" || rootless ? "true" : "mknod dev c 1 3";
  const make = (variant: string) => [
    `RUN mkdir /d && cd /d && printf '0123456789' > byte && touch mode owner extra gone && ln -s one link && mkfifo pipe && ${device}`,
    `RUN cd /d && rm extra && ${variant}`,
  ];
  const plain = await contentOf(sandbox, make("true"));
  await sleep(1100);
  expect(await contentOf(sandbox, make("touch byte . && chmod 644 mode"))).toEqual(plain);

  const planted =
    "printf '0123456780' > byte && chmod 755 mode && chown 7 owner && touch extra2 && rm gone && ln -sfn two link";
  const other = await contentOf(sandbox, make(planted));
  expect(other.content).not.toBe(plain.content);
  expect(changesOf(other, "layers[0]")).toEqual(changesOf(plain, "layers[0]"));
  const { added, removed, changed } = diffTrees(changesOf(plain, "layers[1]"), changesOf(other, "layers[1]"));
  expect({ added, removed }).toEqual({ added: ["/d/extra2"], removed: ["/d/gone"] });
  expect(changed).toMatchObject([
    { path: "/d/byte", differences: [{ what: "content" }] },
    { path: "/d/link", differences: [{ what: "target", from: "one", to: "two" }] },
    { path: "/d/mode", differences: [{ what: "mode", from: "0644", to: "0755" }] },
    { path: "/d/owner", differences: [{ what: "owner", from: "0:0", to: "7:0" }] },
  ]);
});

it("tells capabilities apart whose bytes are no text", async () => {
  await using sandbox = openSandbox();
  const make = (permitted: string) => [`RUN touch /opt/tool && ${setCapability("/opt/tool", permitted)}`];
  const one = await contentOf(sandbox, make("0x80"));
  const other = await contentOf(sandbox, make("0x90"));
  expect(other.content).not.toBe(one.content);
  expect(diffTrees(changesOf(one, "layers[0]"), changesOf(other, "layers[0]")).changed).toEqual([
    {
      path: "/opt/tool",
      differences: [
        {
          what: "xattrs",
          from: '{"security.capability":"0x0100000280000000000000000000000000000000"}',
          to: '{"security.capability":"0x0100000290000000000000000000000000000000"}',
        },
      ],
    },
  ]);
});
