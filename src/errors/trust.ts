import { entry, listNames } from "./entry.ts";

/** Errors about whose code runs here, and who else could have written it. */
export const trustErrors = {
  CONFIG_FOREIGN: entry<{ path: string; owner: string; uid: number; file: string }>({
    message: ({ path, owner, file }) =>
      path === file
        ? `Config \`${file}\` belongs to ${owner}, and would run as you`
        : `Config \`${file}\` would run as you, and \`${path}\` belongs to ${owner}`,
    hint: ({ uid, file }) =>
      `if you trust what that user writes, name it: \`--config ${file}\`; or set DEVENV_TRUST_OWNER=${uid} for all commands`,
  }),
  WORKSPACE_UNKNOWN: entry<{ environment: string }>({
    message: ({ environment }) =>
      `What the last \`devenv up\` wrote down about environment \`${environment}\` is not there: its secrets and start hooks are not known without running the config`,
    hint: ({ environment }) => `run \`devenv up ${environment}\`, which runs the config`,
  }),
  FOLDER_FOREIGN: entry<{ path: string; kind: "owner" | "type"; uid?: number }>({
    message: ({ path, kind, uid }) =>
      kind === "type"
        ? `\`${path}\` is to be a folder of your own, and is none`
        : `\`${path}\` is to be a folder of your own, and belongs to user id ${uid}`,
    hint: ({ path }) => `remove it, or give it to yourself: \`sudo chown -R "$(id -u)" ${path}\``,
  }),
  LINK_IN_THE_WAY: entry<{ path: string; target: string }>({
    message: ({ path, target }) =>
      `Something is to be mounted at \`${path}\`, which is a link to \`${target}\`: it is not followed, since code in the container may have put it there`,
    hint: ({ path }) => `put a folder in its place: \`rm ${path} && mkdir ${path}\``,
  }),
  LINK_LEAVES_WORKSPACE: entry<{ path: string; link: string; target: string }>({
    message: ({ path, link, target }) =>
      `\`${path}\` leads out of the workspace, to \`${target}\`${link === path ? "" : ` by the link \`${link}\``}: it is not followed, since code in the container may have put that link there`,
    hint: ({ target }) => `remove the link; if it is yours, name \`${target}\` itself in the config`,
  }),
  CONFIG_FROM_INSIDE: entry<{ files: readonly string[]; isSure: boolean }>({
    message: ({ files, isSure }) =>
      `Code in the container has written ${isSure ? "" : "or may have written "}${listNames(files)}, which would run on this machine`,
    hint: () =>
      "look at the change (`git diff`); then run the command on a terminal, which asks, or with `--trust` where it takes that",
  }),
  CONFIG_NOT_RUN: entry<{ file: string; command: string }>({
    message: ({ file, command }) =>
      `\`${command}\` needs the config \`${file}\`, which you have not run in this folder before`,
    hint: () => "look at it, then run it: `devenv up`, or `devenv config` to see what it means",
  }),
};
