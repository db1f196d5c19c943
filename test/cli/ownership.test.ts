/** Whose files they are: the environment's user is the person at the host, root or not. */
import { chmodSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import { removeProject } from "../support/remove-project.ts";
import { openSandbox } from "../support/sandbox.ts";
import { openSecondAccount, type SecondAccount } from "../support/second-account.ts";
import { testHost } from "../support/test-host.ts";

const ada = openSecondAccount();
afterAll(() => ada[Symbol.dispose]());

interface Parts {
  readonly name: string;
  /** Layers and keys of the image, after `from`. */
  readonly image?: string;
  /** Further keys. */
  readonly keys?: string;
}

const config = ({ name, image = "", keys = "" }: Parts) => `
import { defineConfig, dockerfile, run } from "devenv";
export default defineConfig({
  name: "${name}",
  image: { from: "devenv-test/base:bookworm", ${image} },
  ${keys}
});
`;

/** A project of a person whose containers, volumes and images are gone afterwards. */
function openProject(parts: Parts, person: SecondAccount = ada) {
  const folder = person.folder({ "devenv.config.ts": config(parts) });
  const devenv = (...args: string[]) => person.devenv(args, { cwd: folder.path });
  return {
    ...folder,
    devenv,
    up: async () => {
      const { exitCode, stderr } = await devenv("up");
      expect(`${exitCode}\n${stderr}`).toMatch(/^0\n/);
    },
    inside: async (script: string) => {
      const { stdout, stderr } = await devenv("exec", "--", "sh", "-c", script);
      expect(stderr).toBe("");
      return stdout.trim().split("\n");
    },
    owner: (path: string) => {
      const { uid, gid } = statSync(join(folder.path, path));
      return { uid, gid };
    },
    [Symbol.asyncDispose]: async () => {
      await removeProject(parts.name);
      folder[Symbol.dispose]();
    },
  };
}

const whoAmI = `
  whoami; id -u; id -g; echo $HOME
  touch $HOME/mine && mkdir -p $HOME/.config/x && touch made && echo written`;

const identityOf = ({ uid, gid }: SecondAccount, name: string) => [
  name,
  String(uid),
  String(gid),
  `/home/${name}`,
  "written",
];

it("maps a user that the image's build made, and the image stays as it was built", async () => {
  await using stack = new AsyncDisposableStack();
  // once the project is gone
  stack.defer(() => connectEngine(testHost()).volumes.remove(`devenv-cache-${ada.uid}-cache-tool`));
  await using project = openProject({
    name: "owner-made",
    image: `user: "dev", layers: [run("useradd --create-home --groups audio,games dev && install -o dev -g dev -m 600 /dev/null /home/dev/.secret && touch /home/dev/of-root")]`,
    keys: `workspace: { volumes: ["node_modules", "web/node_modules"] }, caches: ["~/.cache/tool"]`,
  });
  await project.up();
  expect(await project.inside(whoAmI)).toEqual(identityOf(ada, "dev"));
  expect(await project.inside("id -Gn")).toEqual(["dev audio games"]);
  expect(project.owner("made")).toEqual({ uid: ada.uid, gid: ada.gid });
  expect(await project.inside("cd; stat -c '%U %G %a %n' . .bashrc .secret of-root")).toEqual([
    "dev dev 755 .",
    "dev dev 644 .bashrc",
    "dev dev 600 .secret",
    "root root 644 of-root",
  ]);
  // volumes, their mount points on the host, and the folders above a cache
  const folders = "node_modules web/node_modules ~/.cache ~/.cache/tool /var/lib/devenv/history";
  expect(await project.inside(`stat -c %U ${folders}; touch ~/.cache/other ~/.cache/tool/x && echo both`)).toEqual([
    ...Array(5).fill("dev"),
    "both",
  ]);
  expect([project.owner("node_modules"), project.owner("web"), project.owner("web/node_modules")]).toEqual(
    Array(3).fill({ uid: ada.uid, gid: ada.gid }),
  );
  await project.inside("touch node_modules/inside web/node_modules/inside");
  project.write({ "node_modules/host": "", "web/node_modules/host": "" });
  expect(await project.inside("ls node_modules web/node_modules")).toEqual([
    "node_modules:",
    "inside",
    "",
    "web/node_modules:",
    "inside",
  ]);
  expect(readdirSync(join(project.path, "web/node_modules"))).toEqual(["host"]);

  const engine = connectEngine(testHost());
  const [image] = await engine.images.list({ "devenv.project": "owner-made" });
  await using sandbox = openSandbox();
  const id = await sandbox.create({ image: image?.tags[0] ?? "" });
  expect(String(await engine.containers.readFile(id, "/etc/passwd"))).toMatch(/\ndev:x:1000:1000::[^\n]*\n$/);
});

it("maps root to a user of its own, unless the config asks for root", async () => {
  await using project = openProject({ name: "owner-root" });
  await project.up();
  expect(await project.inside(whoAmI)).toEqual(identityOf(ada, "dev"));
  expect(project.owner("made")).toEqual({ uid: ada.uid, gid: ada.gid });
  expect(await project.inside("id -Gn; stat -c %U ~")).toEqual(["dev", "dev"]);

  project.write({ "devenv.config.ts": config({ name: "owner-root", image: 'user: "root"' }) });
  await project.up();
  expect(await project.inside("whoami; echo $HOME; touch as-root")).toEqual(["root", "/root"]);
  expect(project.owner("as-root")).toEqual({ uid: 0, gid: 0 });
});

it("is the image's user of another name where that has the id already", async () => {
  await using project = openProject({
    name: "owner-taken",
    image: `user: "dev", layers: [run("useradd --create-home --uid ${ada.uid} other && useradd --create-home dev")]`,
  });
  await project.up();
  expect(await project.inside(whoAmI)).toEqual(identityOf(ada, "dev"));
  expect(project.owner("made")).toEqual({ uid: ada.uid, gid: ada.gid });
  expect(await project.inside("id other")).toEqual([expect.stringMatching(`^uid=${ada.uid}\\(dev\\)`)]);
});

it("maps a user that is a number, one that no account of the image has, and one without a home", async () => {
  const layers = `layers: [run("useradd --uid 1234 --create-home --groups audio worker")]`;
  await using project = openProject({ name: "owner-number", image: `user: "1234", ${layers}` });
  const become = async (user: string) => {
    project.write({ "devenv.config.ts": config({ name: "owner-number", image: `user: "${user}", ${layers}` }) });
    await project.up();
    return project.inside(`${whoAmI}; id -Gn`);
  };
  await project.up();
  expect(await project.inside(`${whoAmI}; id -Gn`)).toEqual([...identityOf(ada, "worker"), "worker audio"]);
  expect(await become("777")).toEqual([...identityOf(ada, "dev"), "dev"]);
  expect(await become("nobody")).toEqual([...identityOf(ada, "nobody"), expect.any(String)]);
  expect(project.owner("made")).toEqual({ uid: ada.uid, gid: ada.gid });
});

it("makes an account where the image has none at all", async () => {
  await using project = openProject({
    name: "owner-none",
    image: `layers: [run("rm /etc/passwd /etc/group"), dockerfile("USER 999")]`,
  });
  await project.up();
  expect(await project.inside(whoAmI)).toEqual(identityOf(ada, "dev"));
});

it("keeps what the host mounts in the home as it is, and fills a volume from the image for its user", async () => {
  await using project = openProject({
    name: "owner-mounts",
    image: `user: "dev", layers: [run("useradd --create-home dev && install -d -o dev -g dev /home/dev/.tool/bin /workspace/built && touch /home/dev/.tool/bin/x /workspace/built/y && chown -R dev /home/dev /workspace/built")]`,
    keys: `mounts: ["settings:/home/dev/.config/app:ro", { volume: "owner-mounts-data", target: "/data" }], workspace: { volumes: ["built"] }, caches: { "owner-mounts": "~/.tool" }`,
  });
  project.write({ "settings/a": "from the host\n" });
  const { volumes } = connectEngine(testHost());
  try {
    await project.up();
    const script =
      "cat ~/.config/app/a; touch ~/.config/other /data/z ~/.tool/bin/new built/new && stat -c '%U %n' ~/.tool/bin/x built/y";
    expect(await project.inside(script)).toEqual(["from the host", "dev /home/dev/.tool/bin/x", "dev built/y"]);
    await project.inside("rm ~/.tool/bin/x");
    await project.devenv("down");
    await project.up();
    // what was deleted from the cache does not come back with the next container
    expect(await project.inside("ls ~/.tool/bin")).toEqual(["new"]);
  } finally {
    await removeProject("owner-mounts");
    await volumes.remove("owner-mounts-data");
    await volumes.remove(`devenv-cache-${ada.uid}-owner-mounts`);
  }
});

it("shares a cache between two projects of one person and not with another person", async () => {
  using grace = openSecondAccount();
  const keys = `caches: { "owner-cache": "/var/cache/tool" }`;
  await using one = openProject({ name: "owner-cache-one", keys });
  await using two = openProject({ name: "owner-cache-two", keys });
  await using hers = openProject({ name: "owner-cache-hers", keys }, grace);
  const { volumes } = connectEngine(testHost());
  try {
    await one.up();
    await one.inside("echo downloaded > /var/cache/tool/file");
    await two.up();
    expect(await two.inside("cat /var/cache/tool/file && echo more >> /var/cache/tool/file")).toEqual(["downloaded"]);
    await hers.up();
    expect(await hers.inside("ls /var/cache/tool; touch /var/cache/tool/mine && echo hers")).toEqual(["hers"]);
  } finally {
    for (const name of ["owner-cache-one", "owner-cache-two", "owner-cache-hers"]) await removeProject(name);
    for (const { uid } of [ada, grace]) await volumes.remove(`devenv-cache-${uid}-owner-cache`);
  }
});

it("gives volumes that another person's container filled to the one who works now", async () => {
  using grace = openSecondAccount();
  await using project = openProject({ name: "owner-moved", keys: `workspace: { volumes: ["node_modules"] }` });
  await project.up();
  await project.inside("mkdir -p node_modules/deep && touch node_modules/deep/file");
  chmodSync(project.path, 0o755);
  // the config is ada's
  const env = { DEVENV_TRUST_OWNER: String(ada.uid) };
  const asGrace = (...args: string[]) => grace.devenv(args, { cwd: project.path, env });
  const again = await asGrace("up", "--json");
  expect(JSON.parse(again.stdout).environments[0]).toMatchObject({
    action: "recreated",
    reasons: expect.arrayContaining(["the host's user changed"]),
  });
  const script =
    "echo 1 >> node_modules/deep/file && stat -c '%u %n' node_modules node_modules/deep node_modules/deep/file";
  expect((await asGrace("exec", "--", "sh", "-c", script)).stdout.trim().split("\n")).toEqual([
    `${grace.uid} node_modules`,
    `${grace.uid} node_modules/deep`,
    `${grace.uid} node_modules/deep/file`,
  ]);
});

it("keeps the shells' history over down and up", async () => {
  await using project = openProject({ name: "owner-history", image: 'user: "dev"' });
  await project.up();
  const type = (text: string) => ada.inTerminal(["shell"], { cwd: project.path, stdin: text });
  await type("echo remember-$((40 + 2))\nexit\n");
  await project.devenv("down");
  await project.up();
  const { stdout } = await type("history\nexit\n");
  expect(stdout).toContain("echo remember-$((40 + 2))");
});
