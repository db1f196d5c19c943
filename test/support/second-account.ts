/** A person of this machine who is not root and may use the engine. Needs root itself. */
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, chownSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type CliResult, type RunCliOptions, runCli, runCliInTerminal } from "./run-cli.ts";
import { type TemporaryFolder, type Tree, temporaryFolder } from "./temporary-folder.ts";

export interface SecondAccount extends Disposable {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** A new folder with this content, all of it this person's own. */
  folder(tree: Tree): TemporaryFolder;
  devenv(args: readonly string[], options?: RunCliOptions): Promise<CliResult>;
  inTerminal(args: readonly string[], options?: RunCliOptions): Promise<CliResult>;
}

/** Two that are open at once have different ids. */
export function openSecondAccount(): SecondAccount {
  const name = `devenv-${randomUUID().slice(0, 8)}`;
  const home = temporaryFolder();
  execFileSync("useradd", [
    "--no-create-home",
    "--home-dir",
    home.path,
    "--key",
    "UID_MIN=4242",
    "--shell",
    "/bin/sh",
    name,
  ]);
  const id = (option: string) => Number(execFileSync("id", [option, name], { encoding: "utf8" }));
  const [uid, gid] = [id("-u"), id("-g")];
  giveAll(home.path, uid, gid);
  chmodSync(home.path, 0o700);
  const socket = (process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock").replace(/^unix:\/\//, "");
  const prefix = ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, `--groups=${gid},${statSync(socket).gid}`, "--"];
  const env = {
    HOME: home.path,
    USER: name,
    LOGNAME: name,
    XDG_CACHE_HOME: join(home.path, "cache"),
    XDG_RUNTIME_DIR: undefined,
  };
  const as = (options: RunCliOptions = {}) => ({ ...options, prefix, env: { ...env, ...options.env } });
  return {
    name,
    uid,
    gid,
    folder: (tree) => {
      const folder = temporaryFolder(tree);
      giveAll(folder.path, uid, gid);
      const write = (more: Tree) => {
        folder.write(more);
        giveAll(folder.path, uid, gid);
      };
      return { ...folder, write };
    },
    devenv: (args, options) => runCli(args, as(options)),
    inTerminal: (args, options) => runCliInTerminal(args, as(options)),
    [Symbol.dispose]: () => {
      execFileSync("userdel", [name], { stdio: "ignore" });
      home[Symbol.dispose]();
    },
  };
}

function giveAll(folder: string, uid: number, gid: number): void {
  chownSync(folder, uid, gid);
  for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" }))
    chownSync(join(folder, path), uid, gid);
}
