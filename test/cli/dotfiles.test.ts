/** A person's dotfiles in the home of an environment, on the real engine. */
import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { expect, it } from "vitest";
import { removeProject } from "../support/remove-project.ts";
import { runCli } from "../support/run-cli.ts";
import { type Tree, temporaryFolder } from "../support/temporary-folder.ts";

const config = (name: string, more = "") => `
import { defineConfig, run } from "devenv";
export default defineConfig({
  name: "${name}",
  image: { from: "devenv-test/base:bookworm", layers: [run("useradd --create-home ada")], user: "ada" },
  ${more}
});
`;

/** A project and a folder of dotfiles beside it. */
function openProject(name: string, dotfiles: Tree, more?: string) {
  const folder = temporaryFolder({ "shop/devenv.config.ts": config(name, more) });
  folder.write(Object.fromEntries(Object.entries(dotfiles).map(([path, entry]) => [`dots/${path}`, entry])));
  const devenv = (...args: string[]) => runCli(args, { cwd: `${folder.path}/shop` });
  return {
    ...folder,
    devenv,
    inside: async (script: string) => (await devenv("exec", "--", "sh", "-c", script)).stdout,
    [Symbol.asyncDispose]: async () => {
      await removeProject(name);
      folder[Symbol.dispose]();
    },
  };
}

it("links the dotfiles of a folder into the home, and keeps the file that was there", async () => {
  await using project = openProject("dots-link", {
    ".bashrc": "mine\n",
    ".config/tool.toml": "a = 1\n",
    ".gitattributes": "",
    ".git/HEAD": "ref: refs/heads/main\n",
    "bin/hi": { text: "#!/bin/sh\necho hi\n", mode: 0o755 },
    install: "# a text, not a program\n",
  });
  const { exitCode, stderr } = await project.devenv("up", "--dotfiles", "../dots");
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining(`dotfiles   ${project.path}/dots  linked`)]);
  const links = "cd && readlink .bashrc .config; cat .bashrc .config/tool.toml; head -n 1 .bashrc.before-dotfiles";
  expect(await project.inside(links)).toBe(
    ".dotfiles/.bashrc\n.dotfiles/.config\nmine\na = 1\n# ~/.bashrc: executed by bash(1) for non-login shells.\n",
  );
  const rest = "cd && ls -A .dotfiles; ls -d .git*; stat -c '%U %a' .dotfiles/bin/hi; .dotfiles/bin/hi";
  expect(await project.inside(rest)).toBe(
    [".bashrc", ".config", ".gitattributes", "bin", "install", "ada 755", "hi", ""].join("\n"),
  );
});

it("keeps the container with the dotfiles that one run asked for, until another run asks for others", async () => {
  await using project = openProject("dots-kept", { ".a": "a\n", "../more/.b": "b\n" });
  const action = async (...args: string[]) =>
    JSON.parse((await project.devenv("up", "--json", ...args)).stdout).environments[0];
  expect(await action("--dotfiles", "../dots")).toMatchObject({ action: "created" });
  expect(await action()).toMatchObject({ action: "kept" });
  expect(await action("--dotfiles", "../dots")).toMatchObject({ action: "kept" });
  expect(await action("--dotfiles", "../more")).toMatchObject({
    action: "recreated",
    reasons: ["--dotfiles changed"],
  });
  expect(await project.inside("cat ~/.b")).toBe("b\n");
});

it("clones a git address on the host and runs its installer as the user in ~/.dotfiles", async () => {
  const installer = '#!/bin/sh\necho "installing as $(id -un) in $PWD"\ntouch ~/installed\n';
  await using project = openProject(
    "dots-git",
    { setup: { text: installer, mode: 0o755 }, ".bashrc": "not linked\n" },
    `dotfiles: process.env.DOTFILES,`,
  );
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=ada", "-c", "user.email=ada@example.com", ...args], {
      cwd: `${project.path}/dots`,
      stdio: "pipe",
    });
  git("init", "--quiet");
  git("add", "--all");
  git("commit", "--quiet", "--message", "dots");
  git("clone", "--quiet", "--bare", ".", "../dots.git");
  const address = `file://${project.path}/dots.git`;
  const env = { DOTFILES: address };
  const { exitCode, stderr } = await runCli(["up"], { cwd: `${project.path}/shop`, env });
  expect([exitCode, stderr]).toEqual([
    0,
    expect.stringContaining("dev  dotfiles   | installing as ada in /home/ada/.dotfiles\n"),
  ]);
  expect(stderr).toContain(`dev  dotfiles   ${address}  installed by setup`);
  const look = "cd && stat -c %U installed; ls -A .dotfiles; grep -c mine .bashrc";
  expect(await project.inside(look)).toBe("ada\n.bashrc\nsetup\n0\n");
});

it("says why an installer failed, and runs it again at the next up", async () => {
  await using project = openProject("dots-fail", {}, `dotfiles: "../dots",`);
  const write = (text: string) => {
    project.write({ "dots/install.sh": text });
    chmodSync(`${project.path}/dots/install.sh`, 0o755);
  };
  write("#!/bin/sh\necho one\necho two\nexit 3\n");
  const failed = await project.devenv("up");
  expect(failed.exitCode).toBe(1);
  expect(failed.stderr.slice(failed.stderr.indexOf("error:")).replaceAll(project.path, "FOLDER")).toBe(
    `error: The dotfiles \`FOLDER/dots\` could not be installed: \`install.sh\` failed with exit code 3
  | one
  | two

hint: the container is up: look into it with \`devenv shell dev\`; the next \`devenv up\` installs them again
`,
  );
  write("#!/bin/sh\necho done > ~/installed\n");
  const [again] = JSON.parse((await project.devenv("up", "--json")).stdout).environments;
  expect(again).toMatchObject({ action: "started" });
  expect(await project.inside("cat ~/installed")).toBe("done\n");
  expect((await project.devenv("up")).stderr).toBe("dots-fail · dev is up to date\n");
});

it("ends an installer that is interrupted", async () => {
  const installer = "#!/bin/sh\necho begun\nsleep 301\ntouch ~/late\n";
  await using project = openProject("dots-int", { install: { text: installer, mode: 0o755 } }, `dotfiles: "../dots",`);
  const result = await runCli(["up"], {
    cwd: `${project.path}/shop`,
    onStart: (running) => void running.printed("| begun\n").then(() => running.kill("SIGINT")),
  });
  expect(result).toMatchObject({ exitCode: 130 });
  const look = "cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -c 'sleep 3[0]1'; ls ~/late";
  expect(await project.inside(look)).toBe("0\n");
});

it.each([
  [
    "a folder that is not there",
    "../nowhere",
    "The dotfiles `FOLDER/nowhere` cannot be had: no such file or directory (ENOENT)",
  ],
  ["a file", "devenv.config.ts", "The dotfiles `FOLDER/shop/devenv.config.ts` cannot be had: it is no folder"],
  [
    "an address that git cannot clone",
    "file:///nowhere/dots.git",
    "The dotfiles `file:///nowhere/dots.git` cannot be had: `git clone` failed\n  | fatal: '/nowhere/dots.git' does not appear to be a git repository\n  | fatal: Could not read from remote repository.\n  | Please make sure you have the correct access rights\n  | and the repository exists.",
  ],
])("refuses %s", async (_name, dotfiles, message) => {
  await using project = openProject("dots-none", {});
  const { exitCode, stderr } = await project.devenv("up", "--dotfiles", dotfiles);
  expect(exitCode).toBe(1);
  expect(stderr.slice(stderr.indexOf("error:")).replaceAll(project.path, "FOLDER")).toBe(
    `error: ${message}\n\nhint: name a folder that is there, or an address that \`git clone\` takes on this machine\n`,
  );
});
