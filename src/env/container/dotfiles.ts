import { text } from "node:stream/consumers";
import { devenvError } from "../../errors.ts";
import { packFolder } from "../../host/pack-folder.ts";
import { redactUrl } from "../../host/redact-url.ts";
import type { StartPlan } from "../../plan/plan.ts";
import type { KnownContext } from "../operation.ts";
import { runStep } from "../step.ts";
import { findInstaller, withDotfiles } from "./dotfiles-source.ts";
import { type CommandEnd, runShown } from "./shown-command.ts";

export interface DotfilesRequest {
  readonly environment: StartPlan;
  readonly container: string;
  /** Absolute folder of the host, or a git address. */
  readonly dotfiles: string;
}

/**
 * Put somebody's dotfiles into `~/.dotfiles` of the environment's user and install them: by their own
 * installer, else by links in the home. Throws DOTFILES_UNAVAILABLE, DOTFILES_FAILED.
 */
export function applyDotfiles(context: KnownContext, request: DotfilesRequest): Promise<void> {
  const shown = redactUrl(request.dotfiles);
  const environment = request.environment.name;
  return runStep(context, { environment, step: "dotfiles", text: shown }, () =>
    withDotfiles(context, request.dotfiles, async (source) => {
      const home = await makeFolder(context, request);
      const folder = `${home.path}/.dotfiles`;
      const isGit = (path: string) => path === ".git" || path.endsWith("/.git");
      const tar = packFolder({ root: source, target: folder, owner: home, skips: isGit, signal: context.signal });
      await context.engine.containers.unpack(request.container, "/", tar);
      const installer = await findInstaller(source);
      await install(context, request, { folder, installer });
      return {
        text: `${shown}  ${installer === undefined ? "linked" : `installed by ${installer}`}`,
        value: undefined,
      };
    }),
  );
}

interface Home {
  readonly path: string;
  readonly uid: number;
  readonly gid: number;
}

/** What an installation that failed left is removed. */
const folderScript = `cd && rm -rf .dotfiles && mkdir .dotfiles && id -u && id -g && pwd`;

async function makeFolder(context: KnownContext, request: DotfilesRequest): Promise<Home> {
  const command = ["/bin/sh", "-c", folderScript];
  const inside = await context.engine.containers.exec(request.container, { command });
  inside.stdin.end();
  const [stdout, stderr] = await Promise.all([text(inside.stdout), text(inside.stderr)]);
  const exitCode = await inside.exitCode();
  if (exitCode !== 0) {
    throw failed(request, "making `~/.dotfiles`", { exitCode, output: stderr.trimEnd().split("\n") });
  }
  const [uid, gid, path = ""] = stdout.split("\n");
  return { path, uid: Number(uid), gid: Number(gid) };
}

interface Installation {
  /** Absolute, in the container. */
  readonly folder: string;
  readonly installer: string | undefined;
}

/** A file of the home that is no link is kept beside the link that takes its place. */
const linkScript = `
  for name in .*; do
    case "$name" in . | .. | .git*) continue ;; esac
    [ -e "$name" ] || [ -L "$name" ] || continue
    to=../$name
    if [ -e "$to" ] && [ ! -L "$to" ]; then mv "$to" "$to.before-dotfiles" || exit; fi
    ln -sfn ".dotfiles/$name" "$to" || exit
  done`;

async function install(context: KnownContext, request: DotfilesRequest, installation: Installation): Promise<void> {
  const { folder, installer } = installation;
  const end = await runShown(context, {
    environment: request.environment.name,
    step: "dotfiles",
    container: request.container,
    command: installer === undefined ? ["/bin/sh", "-c", linkScript] : ["/bin/sh", "-c", `"./$1"`, "sh", installer],
    workdir: folder,
  });
  if (end.exitCode === 0) return;
  throw failed(request, installer === undefined ? "linking them into the home" : `\`${installer}\``, end);
}

function failed({ environment, dotfiles }: DotfilesRequest, command: string, end: CommandEnd) {
  return devenvError("DOTFILES_FAILED", {
    environment: environment.name,
    dotfiles: redactUrl(dotfiles),
    command,
    exitCode: end.exitCode,
    output: end.output,
  });
}
