/** Secrets on the real engine, through the built bundle: where they are, and above all where they are not. */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { sha256 } from "../../src/digest.ts";
import { removeProject } from "../support/remove-project.ts";
import { runCliInTerminal } from "../support/run-cli.ts";
import { openSecondAccount } from "../support/second-account.ts";
import { configText, docker, openTestProject } from "../support/test-project.ts";

const base = `from: "devenv-test/base:bookworm"`;
const variable = "tok-from-variable-$HOME-`id`-\"quoted\"-'single'";
const file = Buffer.from([0, 1, 2, 255, 254, 10, 36, 72, 79, 77, 69, 0, 13, 10, 200, 201, 202, 203]);
const command = "tok-from-command line one\n  $two \"three\" 'four'\n\n\\five";
const asVariable = "tok-as-variable *? ~ $(id)\nsecond-line-of-it";
const values = [
  variable,
  "second-line-of-it",
  "tok-from-command",
  "tok-as-variable",
  file.subarray(1, 9).toString("latin1"),
];

const secrets = `
  secrets: {
    VARIABLE: { env: "T2_VARIABLE" },
    BINARY: { file: "secret.bin" },
    COMMAND: { command: "cat command.txt; echo noise on stderr >&2" },
    AS_VARIABLE: { env: "T2_AS_VARIABLE", as: "env" },
  },\n`;

const env = { T2_VARIABLE: variable, T2_AS_VARIABLE: asVariable };

/** Which values a text shows. */
const shown = (text: string) => values.filter((value) => text.includes(value));

it("puts secrets into files in memory that only the environment's user can read, and shows them nowhere", async () => {
  const hook = `printf 'hook: %s\\n' "$AS_VARIABLE"; cat /proc/[0-9]*/cmdline | tr '\\0' ' ' > arguments`;
  await using project = openTestProject(
    "secretfiles",
    `image: { ${base}, user: "ada" },${secrets}
     hooks: { create: ${JSON.stringify(hook)} },
     tasks: { show: 'printf %s "$AS_VARIABLE"' }, shell: "/bin/sh",\n`,
    { "command.txt": command },
  );
  writeFileSync(`${project.path}/secret.bin`, file);

  const up = await project.devenv(["up", "--verbose"], { env });
  expect(up).toMatchObject({ exitCode: 0, stdout: "" });
  expect(up.stderr).toContain("dev  hook       | hook: ***\n");
  expect(shown(up.stderr)).toEqual([]);
  expect(readFileSync(`${project.path}/arguments`, "latin1")).toContain("AS_VARIABLE");
  expect(shown(readFileSync(`${project.path}/arguments`, "latin1"))).toEqual([]);

  const sh = async (script: string) => (await project.devenv(["exec", "--", "sh", "-c", script])).stdout;
  expect(await sh("cd /run/secrets; stat -c '%a %U %s %n' *")).toBe(
    [
      `600 ada ${asVariable.length} AS_VARIABLE`,
      `600 ada ${file.length} BINARY`,
      `600 ada ${command.length} COMMAND`,
      `600 ada ${variable.length} VARIABLE`,
      "",
    ].join("\n"),
  );
  expect(await sh("cd /run/secrets; sha256sum * | cut -c-64")).toBe(
    [asVariable, file, command, variable].map((value) => `${sha256(value)}\n`).join(""),
  );
  expect(await sh("grep ' /run/secrets ' /proc/mounts")).toMatch(/^tmpfs \/run\/secrets tmpfs rw,nosuid,nodev/);
  expect(await sh("env | grep -c 'tok-from' || :")).toBe("0\n");

  expect(await sh('printf %s "$AS_VARIABLE"')).toBe(asVariable);
  expect((await project.devenv(["task", "show"])).stdout).toBe(asVariable);
  const shell = await runCliInTerminal(["shell"], { cwd: project.path, stdin: 'echo "$AS_VARIABLE" | wc -c; exit\n' });
  expect(shell.stdout).toContain(`${asVariable.length + 1}`);

  const [container] = await project.containers();
  const running = project.devenv(["exec", "--", "sleep", "5"]);
  let execs: readonly string[] | null = null;
  while (execs === null)
    execs = JSON.parse(await docker("inspect", "--format", "{{json .ExecIDs}}", container?.id ?? ""));
  const hostArguments = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readArguments(pid));
  expect(hostArguments.some((line) => line.includes("sleep\x005"))).toBe(true);
  const places = {
    container: await docker("inspect", "--size", container?.id ?? ""),
    image: await docker("image", "inspect", container?.image ?? ""),
    history: await docker("history", "--no-trunc", container?.image ?? ""),
    changes: await docker("diff", container?.id ?? ""),
    arguments: hostArguments.join("\n"),
    exported: await docker("export", container?.id ?? ""),
    status: (await project.devenv(["status", "--json"])).stdout,
    again: JSON.stringify(await project.devenv(["up", "--json"], { env })),
    config: (await project.devenv(["config", "--json"], { env })).stdout,
  };
  for (const [place, text] of Object.entries(places))
    expect({ place, shown: shown(text) }).toEqual({ place, shown: [] });
  await running;

  await project.devenv(["restart"], { env });
  expect(await sh("cd /run/secrets; sha256sum COMMAND | cut -c-64")).toBe(`${sha256(command)}\n`);
  await project.devenv(["stop"]);
  const started = await project.devenv(["exec", "--", "sh", "-c", "ls /run/secrets | wc -l"], { env });
  expect(started).toMatchObject({ exitCode: 0, stdout: "4\n" });
});

function readArguments(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    return "";
  }
}

it("lets the user read them also under the ids of somebody who is not root, in commands and in hooks", async () => {
  using ada = openSecondAccount();
  const hooks = `hooks: { create: "cat /run/secrets/TOKEN && id -u > made-by", start: "cat /run/secrets/TOKEN" },`;
  using folder = ada.folder({
    "devenv.config.mjs": configText(
      "secretids",
      `image: { ${base}, user: "dev" }, secrets: { TOKEN: { env: "T2_VARIABLE" } }, ${hooks}`,
    ),
  });
  try {
    const options = { cwd: folder.path, env };
    const up = await ada.devenv(["up"], options);
    expect(`${up.exitCode}\n${up.stderr}`).toMatch(/^0\n/);
    expect(shown(up.stderr)).toEqual([]);
    const script = "stat -c '%a %u %U' /run/secrets/TOKEN; cat made-by /run/secrets/TOKEN";
    const inside = () => ada.devenv(["exec", "--", "sh", "-c", script], options);
    expect((await inside()).stdout).toBe(`600 ${ada.uid} dev\n${ada.uid}\n${variable}`);
    expect(statSync(`${folder.path}/made-by`).uid).toBe(ada.uid);
    await ada.devenv(["stop"], options);
    expect((await inside()).stdout).toBe(`600 ${ada.uid} dev\n${ada.uid}\n${variable}`);
  } finally {
    await removeProject("secretids");
  }
});

it("gives secrets to commands of the build, and leaves them out of the image and the log", async () => {
  const check = `test \\"$(sha256sum < /run/secrets/COMMAND)\\" = \\"${sha256(command)}  -\\" && cat /run/secrets/COMMAND && echo \\"variable: $AS_VARIABLE\\" && echo got > /got # ${randomUUID()}`;
  await using project = openTestProject(
    "secretbuild",
    `image: { ${base}, layers: [run("${check}", { secrets: ["COMMAND", "AS_VARIABLE"] }), run("ls -A /run/secrets | grep -c COMMAND > /left; echo \\"[$AS_VARIABLE]\\" >> /left")] },${secrets}`,
    { "command.txt": command, "secret.bin": "" },
  );
  const built = await project.devenv(["build", "--verbose"], { env });
  expect(built).toMatchObject({ exitCode: 0 });
  expect(built.stderr).toContain("***");
  expect(shown(built.stderr + built.stdout)).toEqual([]);
  expect(await project.devenv(["up", "--quiet"], { env })).toMatchObject({ exitCode: 0 });
  expect((await project.devenv(["exec", "--", "cat", "/got", "/left"])).stdout).toBe("got\n0\n[]\n");
  const [container] = await project.containers();
  const image = container?.image ?? "";
  const places = {
    inspect: await docker("image", "inspect", image),
    history: await docker("history", "--no-trunc", image),
    printed: (await project.devenv(["build", "--json"], { env })).stdout,
  };
  for (const [place, text] of Object.entries(places))
    expect({ place, shown: shown(text) }).toEqual({ place, shown: [] });
  expect(await docker("history", "--no-trunc", image)).toContain("secret");
  expect(await foundInSaved(image)).toEqual([]);
});

it("keeps no image of which a layer wrote a secret into a file, however it is written there", async () => {
  const layers = (more: string) =>
    `image: { ${base}, layers: [run("echo ${randomUUID()} > /id"), run("${more}", { secrets: ["COMMAND"] }), run("echo after > /after")] },${secrets}`;
  const write =
    "base64 -w 0 /run/secrets/COMMAND | gzip -n > /opt/kept.gz; mkdir /opt/d; ln -s tok-from-command-line /opt/d/l";
  await using project = openTestProject("secretlayer", layers(write), {
    "command.txt": "tok-from-command-line",
    "secret.bin": "",
  });
  const build = () => project.devenv(["build"], { env, timeoutMs: 120_000 });
  const refused = await build();
  expect(refused.exitCode).toBe(1);
  expect(
    refused.stderr.slice(refused.stderr.indexOf("error: ")),
  ).toBe(`error: The image of environment \`dev\` was not kept: it would hold the value of a secret
  config      image.layers[1] (devenv.config.mjs:4:110)
  \`/opt/d/l\` holds secret \`COMMAND\` in its link's target
  \`/opt/kept.gz\` holds secret \`COMMAND\`

hint: let the command read the secret from \`/run/secrets\` each time, or remove the file in the same layer; where other people could use this builder, change the secret: its cache has that layer
`);
  const images = () => docker("image", "ls", "--quiet", "--filter", "label=devenv.project=secretlayer");
  expect(await images()).toBe("");

  // the layer with the old value is in the builder's cache
  project.write({ "command.txt": "another-value-by-now" });
  expect((await build()).stderr).toContain("`/opt/kept.gz` holds secret `COMMAND`");
  project.write({ "devenv.config.mjs": configText("secretlayer", layers("wc -c < /run/secrets/COMMAND > /opt/size")) });
  expect(await build()).toMatchObject({ exitCode: 0 });
  expect(new Set((await images()).trim().split("\n")).size).toBe(1);
  expect(await images()).not.toBe("");
});

it("takes no layer from the builder's cache that may hold a value of before", async () => {
  const write = `echo ${randomUUID()} > /id && cat /run/secrets/COMMAND > /opt/kept`;
  const config = (last: string) =>
    `image: { ${base}, layers: [run("${write}", { secrets: ["COMMAND"] }), run("${last}")] },\n  secrets: { COMMAND: { command: "cat command.txt" } },\n`;
  const before = { "command.txt": "tok-of-before-it-was-changed" };
  const after = { "command.txt": "tok-after-it-was-changed" };
  const name = "secretrotated";
  await using project = openTestProject(name, config("exit 3"), before);
  await using clone = openTestProject(name, config("true"), after);
  const build = (one: typeof project) => one.devenv(["build"], { env, timeoutMs: 120_000 });

  // the first layer is in the cache, and was not looked at: a later one failed
  expect((await build(project)).stderr).toContain("config      image.layers[1]");
  project.write({ ...after, "devenv.config.mjs": configText(name, config("true")) });
  expect((await build(project)).stderr).toContain("`/opt/kept` holds secret `COMMAND`");

  // the clone has the layer that was refused in the same cache, and another value again
  clone.write({ "command.txt": "tok-of-the-clone" });
  expect((await build(clone)).stderr).toContain("`/opt/kept` holds secret `COMMAND`");
  expect(await docker("image", "ls", "--quiet", "--filter", `label=devenv.project=${name}`)).toBe("");
});

/** Which values a saved image holds. */
async function foundInSaved(image: string): Promise<readonly string[]> {
  const save = spawn("docker", ["save", image], { stdio: ["ignore", "pipe", "inherit"] });
  const found = new Set<string>();
  let before = "";
  for await (const chunk of save.stdout) {
    const text = before + (chunk as Buffer).toString("latin1");
    for (const value of shown(text)) found.add(value);
    before = text.slice(-100);
  }
  return [...found];
}

it("says whole why a secret cannot be had, and leaves what runs as it is", async () => {
  const withCommand = (text: string) =>
    `image: { ${base} }, env: { N: "${text.length}" },\n  secrets: { TOKEN: { command: ${JSON.stringify(text)} } },\n`;
  await using project = openTestProject("secretfails", withCommand("echo fine"));
  await project.up();
  const before = await project.containers();
  project.write({
    "devenv.config.mjs": configText(
      "secretfails",
      withCommand("echo tok-from-command; echo not signed in: tok-from-command >&2; exit 4"),
    ),
  });
  const failed = await project.devenv(["up"]);
  expect(failed).toMatchObject({ exitCode: 1, stdout: "" });
  expect(failed.stderr.slice(failed.stderr.indexOf("error: "))).toMatchInlineSnapshot(`
    "error: Secret \`TOKEN\` of \`secrets.TOKEN\` cannot be had from command \`echo tok-from-command; echo not signed in: tok-from-command >&2; exit 4\`: the command failed with exit code 4
      | not signed in: ***

    hint: see that \`echo tok-from-command; echo not signed in: tok-from-command >&2; exit 4\` prints the secret when you run it in the project's folder
    "
  `);
  const json = await project.devenv(["up", "--json"]);
  expect(JSON.parse(json.stdout).error).toMatchObject({ code: "SECRET_UNAVAILABLE" });
  expect((await project.devenv(["restart"])).exitCode).toBe(1);
  expect(await project.containers()).toEqual(before);
  expect((await project.devenv(["exec", "--", "cat", "/run/secrets/TOKEN"])).stdout).toBe("fine");
});

it("says that secrets need a shell in the image, and how to do without", async () => {
  await using project = openTestProject(
    "secretshell",
    `image: { ${base}, layers: [run("rm /bin/sh")] }, secrets: { TOKEN: { env: "T2_VARIABLE" } },\n`,
  );
  const failed = await project.devenv(["up"], { env });
  expect(failed).toMatchObject({ exitCode: 1, stdout: "" });
  expect(failed.stderr.slice(failed.stderr.indexOf("error: "))).toMatchInlineSnapshot(`
    "error: Secret \`TOKEN\` could not be written to \`/run/secrets/TOKEN\` in the container: \`/bin/sh\` or \`cat\` cannot be run

    hint: secrets need \`/bin/sh\` and \`cat\` in the image
    "
  `);
});
