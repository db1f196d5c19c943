/** Snapshots on the real engine, through the built bundle. */
import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { readWorkspace } from "../../src/env/workspace.ts";
import { freePort } from "../support/ports.ts";
import { docker, openTestProject, type TestProject } from "../support/test-project.ts";

const image = `image: { from: "devenv-test/base:bookworm" },`;
const timeoutMs = 240_000;

/** What a command printed, with what differs between two runs taken out. */
async function said(project: TestProject, args: readonly string[], env = {}) {
  const { exitCode, stdout, stderr } = await project.devenv(args, { env, timeoutMs });
  // a step that takes no time tells none
  const plain = (text: string) =>
    text
      .replaceAll(/ {2}(\d+m )?[\d.]+s$/gm, "")
      .replaceAll(/\d+\.\d+s/g, "TIME")
      .replaceAll(/-dev-[0-9a-f]{8}/g, "-dev-ID")
      .replaceAll(/\/snapshots\/[0-9a-f]{12}:/g, "/snapshots/ID:");
  return { exitCode, stdout: plain(stdout), stderr: plain(stderr) };
}

const inside = async (project: TestProject, script: string) =>
  (await project.devenv(["exec", "dev", "--", "sh", "-c", script], { timeoutMs })).stdout;

/** Its image: that of a folder without a history is called by the folder. */
async function imageOf(project: TestProject, place: string, name: string): Promise<string> {
  const { workspace } = await readWorkspace(project.path);
  return `localhost/${place}/snapshots/${workspace.folder}:${name}`;
}

const failure = (message: string, exitCode = 1) => ({ exitCode, stdout: "", stderr: `error: ${message}\n` });

describe("a snapshot", () => {
  it("is taken, listed, restored, kept by `up`, left by a changed config, and removed", async () => {
    const hooks = `hooks: { create: "echo created >> /log", start: "echo started >> /log" },`;
    const config = (value: string) => `environments: { dev: { ${image} env: { VALUE: "${value}" }, ${hooks} } },\n`;
    const proxy = "http://user:password@proxy.of.the.host:3128";
    await using project = openTestProject("snaplife", config("one"), { ".gitignore": "" });
    await said(project, ["config"]);
    expect((await said(project, ["snapshot", "list"])).stderr).toBe("snaplife: no snapshots\n");
    expect(await said(project, ["snapshot"])).toMatchObject(
      failure("No environment of this workspace is up\n\nhint: run `devenv up`"),
    );
    await project.up({ env: { http_proxy: proxy }, timeoutMs });
    await inside(project, "echo first > /state; rm /etc/issue");

    expect(await said(project, ["snapshot", "first", "--message", "before the upgrade"])).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: `dev  snapshot   first taken
snaplife · dev is kept as first   0.0 MB on the environment's image
  devenv snapshot restore first
`,
    });
    const inspected = await docker("image", "inspect", await imageOf(project, "snaplife/dev", "first"));
    for (const leak of ["proxy.of.the.host", "password", project.path, "VALUE", "devenv.workspace"]) {
      expect(inspected).not.toContain(leak);
    }
    expect(await said(project, ["snapshot", "first"])).toEqual(
      failure(
        "Environment `dev` has a snapshot `first` already\n\nhint: choose another name, or remove it with `devenv snapshot rm first`",
      ),
    );

    await inside(project, "echo second > /state");
    const second = JSON.parse((await said(project, ["snapshot", "second", "--json"])).stdout);
    expect(second).toMatchObject({ name: "second", parent: null, message: null, user: { name: "root", uid: null } });
    const restored = await said(project, ["snapshot", "restore", "first"], { http_proxy: proxy });
    expect(
      restored.stderr,
    ).toBe(`dev  container  recreated (from snapshot \`first\`), workspace bind-mounted at /workspace
dev  hook       start: echo started >> /log
ready in TIME

  devenv shell      open a shell
`);
    expect(await inside(project, "cat /state /log; ls /etc/issue; echo $VALUE")).toBe(
      "first\ncreated\nstarted\nstarted\none\n",
    );
    expect((await project.up({ env: { http_proxy: proxy } })).action).toBe("kept");
    expect((await said(project, ["status"], { http_proxy: proxy })).stdout).toBe(
      `ENVIRONMENT  STATE    HEALTH  PORTS  IMAGE
dev          running  none    -      localhost/snaplife/dev/snapshots/ID:first
  made from snapshot first
  up to date
`,
    );

    const third = JSON.parse((await said(project, ["snapshot", "third", "--json"])).stdout);
    expect(third).toMatchObject({ name: "third", parent: "first" });
    const list = JSON.parse((await said(project, ["snapshot", "list", "--json"])).stdout);
    expect(list.map(({ name }: { name: string }) => name)).toEqual(["third", "second", "first"]);
    expect(list[2]).toEqual({
      name: "first",
      environment: "dev",
      created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      size: expect.any(Number),
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      message: "before the upgrade",
      parent: null,
    });
    const words = await project.devenv(["completion", "--", "snapshot", "restore", "fi"]);
    expect(words.stdout).toBe("first\tbefore the upgrade\n");
    expect(await said(project, ["snapshot", "rm", "second", "first"])).toEqual(
      failure(
        "Snapshot `first` of environment `dev` is in use by container `snaplife-dev-ID`\n\nhint: remove what uses it first: `devenv down dev`, in the folder that it belongs to",
      ),
    );

    project.write({
      "devenv.config.mjs": `import { defineConfig } from "devenv"; export default defineConfig({ name: "snaplife", ${config("two")} });`,
    });
    const changed = await project.up({ env: { http_proxy: proxy }, timeoutMs });
    expect(changed.reasons).toEqual(["env.VALUE changed", "snapshot `first` is left"]);
    expect(await inside(project, "cat /state; cat /log")).toBe("created\nstarted\n");
    expect((await said(project, ["snapshot", "rm", "second", "first"])).stderr).toBe(
      "removed snapshot second\nremoved snapshot first\n",
    );
    expect(await said(project, ["snapshot", "restore", "first"])).toEqual(
      failure(
        "There is no snapshot `first`; the project has `third`\n\nhint: run `devenv snapshot list` to see the snapshots",
      ),
    );
  });

  it("is what `up --from-snapshot` makes a container from, once", async () => {
    const config = (layer: string) =>
      `environments: { dev: { image: { from: "devenv-test/base:bookworm", layers: [run("echo ${layer} > /layer")] } } },\n`;
    await using project = openTestProject("snapfrom", config("one"));
    const fromSnapshot = async () => {
      const { stdout } = await project.devenv(["up", "--from-snapshot", "state", "--json"], { timeoutMs });
      const [environment] = JSON.parse(stdout).environments;
      return [environment.action, environment.image, environment.reasons];
    };
    const tag = await imageOf(project, "snapfrom/dev", "state");
    await project.up({ timeoutMs });
    await inside(project, "echo kept > /state");
    expect((await said(project, ["snapshot", "state"])).exitCode).toBe(0);
    await said(project, ["down"]);

    expect(await fromSnapshot()).toEqual(["created", tag, ["from snapshot `state`"]]);
    expect(await inside(project, "cat /state /layer")).toBe("kept\none\n");
    expect(await fromSnapshot()).toEqual(["kept", tag, []]);
    await said(project, ["stop"]);
    expect(await fromSnapshot()).toEqual(["started", tag, ["the container is stopped"]]);

    project.write({
      "devenv.config.mjs": `import { defineConfig, run } from "devenv"; export default defineConfig({ name: "snapfrom", ${config("two")} });`,
    });
    const again = await said(project, ["up", "--from-snapshot", "state"]);
    expect(again.stderr).toContain(
      "snapshot `state` stands on another image than the config's (image: layers[0] changed), and is used as it is",
    );
    expect(await inside(project, "cat /state /layer")).toBe("kept\none\n");
    expect(await fromSnapshot()).toEqual(["kept", tag, []]);
    expect(await said(project, ["up", "--from-snapshot", "nothing"])).toEqual(
      failure(
        "There is no snapshot `nothing`; the project has `state`\n\nhint: run `devenv snapshot list` to see the snapshots",
      ),
    );
  });
});

it("refuses to keep the value of a secret, names the files, and shows the value nowhere", async () => {
  const value = "hunter2-is-no-password";
  const secrets = `secrets: { TOKEN: { env: "SNAP_TOKEN" }, TINY: { env: "SNAP_TINY" } },`;
  await using project = openTestProject("snapsecret", `environments: { dev: { ${image} ${secrets} } },\n`);
  const env = { SNAP_TOKEN: `${value}\n`, SNAP_TINY: "abc" };
  await project.up({ env, timeoutMs });
  await inside(
    project,
    `mkdir -p /opt/new/deep
     printf 'token=${value}' > /opt/new/deep/.npmrc
     printf '%0200000d${value}%0200000d' 0 0 > /etc/big
     for i in $(seq 400); do echo $i > /usr/lib/made-$i; done
     printf '${value}' > /usr/lib/made-400
     echo abc > /opt/tiny
     printf '${value}' > workspace-file`,
  );

  const refused = await said(project, ["snapshot", "bad"], env);
  expect(refused).toEqual({
    exitCode: 1,
    stdout: "",
    stderr: `dev  warning    secret \`TINY\` is shorter than 4 bytes: no file is searched for it
dev  snapshot   failed
error: Snapshot \`bad\` of environment \`dev\` was not taken: it would hold the value of a secret
  \`/etc/big\` holds secret \`TOKEN\`
  \`/opt/new/deep/.npmrc\` holds secret \`TOKEN\`
  \`/usr/lib/made-400\` holds secret \`TOKEN\`

hint: remove the value from these files and take the snapshot again; secrets stand in \`/run/secrets\`, which no snapshot holds
`,
  });
  const json = await project.devenv(["snapshot", "bad", "--json"], { env, timeoutMs });
  expect(JSON.parse(json.stdout).error.code).toBe("SNAPSHOT_HOLDS_SECRET");
  expect(json.stdout + json.stderr).not.toContain(value);
  expect(await docker("image", "ls", "--quiet", "--filter", "label=devenv.snapshot=bad")).toBe("");
  expect((await project.containers()).map(({ state }) => state)).toEqual(["running"]);

  expect(await said(project, ["snapshot", "bad"], { ...env, SNAP_TOKEN: undefined })).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("error: Secret `TOKEN` of `environments.dev.secrets.TOKEN` cannot be had"),
  });
  await inside(project, "rm -r /opt/new /etc/big /usr/lib/made-*");
  expect((await said(project, ["snapshot", "good"], env)).exitCode).toBe(0);
  const files = "cat /opt/tiny; ls -a /run/secrets";
  const tag = await imageOf(project, "snapsecret/dev", "good");
  expect(await docker("run", "--rm", tag, "sh", "-c", files)).toBe("abc\n.\n..\n");
});

it("refuses what holds a secret in any form, beside contents too, and what the container was given before", async () => {
  const value = "hunter2/of+the day";
  const old = "hunter1-of-yesterday";
  const secrets = `secrets: { TOKEN: { env: "SNAP_TOKEN" }, KEY: { env: "SNAP_KEY" } },`;
  await using project = openTestProject("snapforms", `environments: { dev: { ${image} ${secrets} } },\n`);
  const env = { SNAP_TOKEN: value, SNAP_KEY: "first line of it\nsecond line of it\nthird line of it\n" };
  await project.up({ env: { ...env, SNAP_TOKEN: old }, timeoutMs });
  await inside(
    project,
    `mkdir /f && cd /f
     printf '%s' '${value}' | base64 > base64
     printf 'https://x/?a=%s' '${encodeURIComponent(value)}' > url
     printf '{"k":"%s"}' 'second line of it\\nthird line of it' > json
     printf 'first line of it\r\nsecond line of it\r\n' > crlf
     head -c 3000000 /dev/zero | tr '\\0' x > big && printf '%s' '${value}' >> big && gzip big
     echo one > 'name-${old}-x'
     ln -s '/nowhere/${old}' link
     printf 'was ${old}' > rotated
     printf '${value}' | tee "$(printf '\\342\\202')" > "/etc/$(printf 'caf\\351')"
     echo fine > none`,
  );
  const refused = await said(project, ["snapshot", "bad"], env);
  expect(refused.stderr.split("\n").filter((line) => line.startsWith("  "))).toEqual([
    "  `/etc/caf\uFFFD` holds secret `TOKEN`",
    "  `/f/base64` holds secret `TOKEN`",
    "  `/f/big.gz` holds secret `TOKEN`",
    "  `/f/crlf` holds secret `KEY`",
    "  `/f/json` holds secret `KEY`",
    "  `/f/link` holds secret `TOKEN` in its link's target",
    "  `/f/name-***-x` holds secret `TOKEN` in its name",
    "  `/f/rotated` holds secret `TOKEN`",
    "  `/f/url` holds secret `TOKEN`",
    "  `/f/\uFFFD` holds secret `TOKEN`",
  ]);
  expect(refused.exitCode).toBe(1);
  expect(await docker("image", "ls", "--quiet", "--filter", "label=devenv.snapshot=bad")).toBe("");

  await inside(project, "rm -r /f /etc/caf*");
  expect((await said(project, ["snapshot", "bad", "--message", `with ${value}`], env)).stderr).toContain(
    "  `--message` holds secret `TOKEN`\n",
  );
  await said(project, ["stop"], env);
  const stopped = await said(project, ["snapshot", "stopped"], env);
  expect(stopped).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining("not for those that the container was given before: it does not run"),
  });
});

it("removes the unchecked image of a killed snapshot with the next command, also where there is nothing else to do", async () => {
  const secrets = `secrets: { TOKEN: { env: "SNAP_TOKEN" } },`;
  await using project = openTestProject("snapkill", `environments: { dev: { ${image} ${secrets} } },\n`);
  const env = { SNAP_TOKEN: "secret-of-the-day" };
  await project.up({ env, timeoutMs });
  await inside(project, "head -c 150000000 /dev/urandom > /opt/large; echo secret-of-the-day > /opt/file");
  const unchecked = () => docker("image", "ls", "--quiet", "localhost/snapkill/dev/unchecked/*");
  const known = () => docker("image", "ls", "--all", "--quiet", "--filter", "label=devenv.snapshot=state");
  const killed = await project.devenv(["snapshot", "state"], {
    env,
    timeoutMs,
    onStart: async (running) => {
      while ((await unchecked()) === "") await new Promise((resolve) => setTimeout(resolve, 20));
      running.kill("SIGKILL");
    },
  });
  expect(killed.signal).toBe("SIGKILL");
  expect(await unchecked()).not.toBe("");
  expect((await project.up({ env, timeoutMs })).action).toBe("kept");
  expect([await unchecked(), await known()]).toEqual(["", ""]);
});

it("leaves the container whole when a snapshot cannot be restored", async () => {
  const config = `environments: { dev: { ${image} secrets: { TOKEN: { env: "SNAP_TOKEN" } },
    mounts: ["./mounted:/mounted"], hooks: { start: "echo started >> /log" } } },\n`;
  await using project = openTestProject("snapatomic", config, { "mounted/file": "" });
  const env = { SNAP_TOKEN: "secret-of-the-day" };
  const before = await project.up({ env, timeoutMs });
  await inside(project, "mv /usr/bin/tail /usr/bin/not-tail");
  expect((await said(project, ["snapshot", "broken"], env)).exitCode).toBe(0);
  await inside(project, "mv /usr/bin/not-tail /usr/bin/tail; echo mine > /state");
  const [container] = await project.containers();

  // only the start of the new container tells: the old one is stopped by then
  const failed = await said(project, ["snapshot", "restore", "broken"], env);
  const words = failed.stderr.replace(/^ {2}\| .*tail.*$/gm, "  | its last words");
  expect({ ...failed, stderr: words }).toEqual({
    exitCode: 1,
    stdout: "",
    stderr: `dev  hook       start: echo started >> /log
dev  container  failed
error: The container of environment \`dev\` does not stay up: it ended with exit code 127
  | its last words

hint: it lives by \`tail -f /dev/null\`: see that the image has \`tail\`, and that PATH leads there (\`env: { PATH: "\${PATH}:/more" }\` adds to the image's); the container that was there is as it was
`,
  });
  expect((await project.containers()).map(({ id, name, state }) => [id, name, state])).toEqual([
    [container?.id, before.container, "running"],
  ]);
  expect(await inside(project, "cat /state /log /run/secrets/TOKEN")).toBe("mine\nstarted\nstarted\nsecret-of-the-day");
  expect((await project.up({ env })).action).toBe("kept");

  rmSync(`${project.path}/mounted`, { recursive: true });
  expect((await said(project, ["snapshot", "restore", "broken"], env)).stderr).toContain(
    `error: Environment \`dev\` mounts \`${project.path}/mounted\`, which does not exist`,
  );
  expect(await inside(project, "cat /state")).toBe("mine\n");
  expect((await project.containers()).map(({ id, name }) => [id, name])).toEqual([[container?.id, before.container]]);
});

it("keeps the state of a snapshot where a port was taken and the container is made anew", async () => {
  const port = await freePort();
  await using project = openTestProject("snapport", `environments: { dev: { ${image} ports: [${port}] } },\n`);
  await project.up({ timeoutMs });
  await inside(project, "echo kept > /state");
  await said(project, ["snapshot", "state"]);
  await said(project, ["snapshot", "restore", "state"]);
  await said(project, ["stop"]);
  await using _taken = createServer().listen(port, "127.0.0.1");
  expect(await project.up({ timeoutMs })).toMatchObject({
    action: "recreated",
    image: await imageOf(project, "snapport/dev", "state"),
    reasons: [`port ${port} is taken`],
  });
  expect(await inside(project, "cat /state")).toBe("kept\n");
});

it("takes up what a killed `snapshot` left: a paused container, one that it read files in, and an unchecked image", async () => {
  const secrets = `secrets: { TOKEN: { env: "SNAP_TOKEN" } },`;
  await using project = openTestProject("snapkilled", `environments: { dev: { ${image} ${secrets} } },\n`);
  const env = { SNAP_TOKEN: "secret-of-the-day" };
  const { container } = await project.up({ env, timeoutMs });
  await docker("pause", container);
  expect(await inside(project, "echo works")).toBe("works\n");
  await docker("pause", container);
  expect(await project.up({ env })).toMatchObject({ action: "started", reasons: ["the container is paused"] });
  await docker("pause", container);
  expect((await said(project, ["start"], env)).stderr).toContain("snapkilled · dev is started\n");
  expect(await project.status()).toMatchObject({ state: "running", stale: [] });

  const unchecked = (await imageOf(project, "snapkilled/dev", "state")).replace("/snapshots/", "/unchecked/");
  await docker("tag", "devenv-test/base:bookworm", unchecked);
  const labels = Object.entries((await project.containers())[0]?.labels ?? {}).filter(([name]) =>
    ["devenv.project", "devenv.workspace", "devenv.environment"].includes(name),
  );
  const asLabels = labels.flatMap(([name, value]) => ["--label", `${name}=${value}`]);
  const reader = await docker(
    "create",
    "--name",
    `${container}.check`,
    ...asLabels,
    "devenv-test/base:bookworm",
    "true",
  );
  expect((await project.status()).stale).toEqual([`\`${container}.check\` was left by an interrupted command`]);
  expect((await said(project, ["snapshot", "state"], env)).exitCode).toBe(0);
  expect((await project.containers()).map(({ id }) => id)).not.toContain(reader.trim());
  expect(await docker("image", "ls", "--quiet", unchecked)).toBe("");
});

it("says which names and environments it can work with", async () => {
  const hooks = `hooks: { create: "exit 3" },`;
  const environments = `environments: { dev: { ${image} }, test: { ${image} }, broken: { ${image} ${hooks} } },\n`;
  await using project = openTestProject("snapnames", environments);
  await project.devenv(["up", "dev", "test"], { timeoutMs });
  const wrong = async (...args: string[]) => {
    const { exitCode, stderr } = await said(project, args);
    return [exitCode, stderr];
  };

  expect(await wrong("snapshot")).toEqual([
    2,
    "error: Several environments are up: `dev`, `test`\n\nhint: name one: `devenv snapshot --env dev`\n",
  ]);
  expect(await wrong("snapshot", "--env", "prod")).toEqual([
    1,
    "error: There is no environment `prod`; the config has `dev`, `test`, `broken`\n\nhint: run `devenv status` to see the environments\n",
  ]);
  expect(await wrong("snapshot", "--env", "broken")).toEqual([
    1,
    "error: Environment `broken` is not up\n\nhint: run `devenv up broken`\n",
  ]);
  expect(await wrong("snapshot", "a/b", "--env", "dev")).toEqual([
    2,
    "error: `a/b` cannot be the name of a snapshot\n\nhint: a name has letters, digits, `_`, `.` and `-`, at most 128 of them, and begins with a letter, a digit or `_`\n",
  ]);
  expect(await wrong("snapshot", "diff", "--env", "dev")).toEqual([
    2,
    "error: A snapshot cannot be called `diff`: `devenv snapshot diff` is a command\n\nhint: choose another name\n",
  ]);
  await project.devenv(["up", "broken"], { timeoutMs });
  expect(await wrong("snapshot", "--env", "broken")).toEqual([
    1,
    "error: Environment `broken` is not finished: its create hook has not succeeded yet, and a restored snapshot does not run it\n\nhint: run `devenv up broken`, then take the snapshot\n",
  ]);

  expect(await wrong("snapshot", "same", "--env", "dev", "--quiet")).toEqual([0, ""]);
  expect(await wrong("snapshot", "same", "--env", "test", "--quiet")).toEqual([0, ""]);
  expect(await wrong("snapshot", "restore", "same")).toEqual([
    2,
    "error: Several environments have a snapshot `same`: `dev`, `test`\n\nhint: name one: `--env dev`\n",
  ]);
  expect(await wrong("snapshot", "rm", "other", "--env", "test")).toEqual([
    1,
    "error: There is no snapshot `other` of environment `test`; it has `same`\n\nhint: run `devenv snapshot list` to see the snapshots\n",
  ]);
  const shown = (await said(project, ["snapshot", "show", "same", "--env", "test"])).stdout;
  expect(shown.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, "WHEN").replaceAll(/[0-9a-f]{64}/g, "FINGERPRINT")).toMatch(
    /^name {9}same\nenvironment {2}test\ncreated {6}WHEN UTC\nuser {9}root\nfingerprint {2}FINGERPRINT\nimage {8}localhost\/snapnames\/test\/snapshots\/ID:same\nlayers {7}\d, 1 on the environment's image \(0\.0 MB\)\nsize {9}[\d.]+ MB\n$/,
  );
});
