import { entry, listNames, printPlace, type SourcePlace } from "./entry.ts";

/** Errors of an environment that is brought up. */
export const environmentErrors = {
  HOOK_FAILED: entry<HookFailedDetails>({
    message: ({ key, place, command, exitCode, output }) =>
      [
        `Hook \`${key}\`${place === undefined ? "" : ` (${printPlace(place)})`} failed with exit code ${exitCode}: \`${command}\``,
        ...output.map((line) => `  | ${line}`),
      ].join("\n"),
    hint: ({ environment, isRemoved }) =>
      isRemoved
        ? `\`devenv up ${environment}\` runs the same hook in a container that stays`
        : `the container is up: look into it with \`devenv shell ${environment}\`; the next \`devenv up\` runs the hook again`,
  }),
  PORT_TAKEN: entry<{ port: number; environment: string; holder: string }>({
    message: ({ port, environment, holder }) =>
      `Environment \`${environment}\` requires port ${port}, which is taken by ${holder}`,
    hint: ({ port }) =>
      `stop what holds port ${port}, choose another \`host\` port, or drop \`required\` in the config`,
  }),
  CONTAINER_ENDS: entry<ContainerEndsDetails>({
    message: ({ environment, state, exitCode, isOutOfMemory, reason, output }) => {
      const how = isOutOfMemory ? "for lack of memory" : `with exit code ${exitCode}`;
      const what = state === "gone" ? "was removed" : `ended ${how}`;
      return [
        `The container of environment \`${environment}\` does not stay up: it ${what}${reason === undefined ? "" : ` (${reason})`}`,
        ...output.map((line) => `  | ${line}`),
      ].join("\n");
    },
    hint: ({ environment, command, state, exitCode, isOutOfMemory, fate }) => {
      const rest = fate === "replaced" ? "; the container that was there is as it was" : "";
      if (state === "gone") return "see what else removes it, then run `devenv up`";
      if (isOutOfMemory) return `give it more by \`resources.memory\`, or let it do less at once${rest}`;
      if ([125, 126, 127].includes(exitCode)) {
        const path = `PATH leads there (\`env: { PATH: "\${PATH}:/more" }\` adds to the image's)`;
        return `it lives by \`${command}\`: see that the image has \`${command.split(" ")[0]}\`, and that ${path}${rest}`;
      }
      const next = fate === "stays" ? `; \`devenv up ${environment}\` starts it again` : rest;
      return `see what inside, or at the engine, stops it${next}`;
    },
  }),
  ENV_VARIABLE_UNKNOWN: entry<UnknownVariableDetails>({
    message: ({ key, place, name, image, known }) =>
      `\`${key}\`${place === undefined ? "" : ` (${printPlace(place)})`} names \`\${${name}}\`, which image \`${image}\` does not define; it has ${listNames(known)}`,
    hint: ({ name }) =>
      `define \`${name}\` by an \`env\` layer of the image, or write \`$\${${name}}\` for these characters themselves`,
  }),
  MOUNT_SOURCE_MISSING: entry<{ environment: string; source: string }>({
    message: ({ environment, source }) => `Environment \`${environment}\` mounts \`${source}\`, which does not exist`,
    hint: () => "create it, or correct `source` in `mounts`; it starts at the folder of the config",
  }),
  DOTFILES_UNAVAILABLE: entry<{ dotfiles: string; reason: string }>({
    message: ({ dotfiles, reason }) => `The dotfiles \`${dotfiles}\` cannot be had: ${reason}`,
    hint: () => "name a folder that is there, or an address that `git clone` takes on this machine",
  }),
  DOTFILES_FAILED: entry<{
    environment: string;
    dotfiles: string;
    command: string;
    exitCode: number;
    output: readonly string[];
  }>({
    message: ({ dotfiles, command, exitCode, output }) =>
      [
        `The dotfiles \`${dotfiles}\` could not be installed: ${command} failed with exit code ${exitCode}`,
        ...output.map((line) => `  | ${line}`),
      ].join("\n"),
    hint: ({ environment }) =>
      `the container is up: look into it with \`devenv shell ${environment}\`; the next \`devenv up\` installs them again`,
  }),
  MOUNT_POINT_FAILED: entry<{ environment: string; path: string; reason: string }>({
    message: ({ environment, path, reason }) =>
      `Environment \`${environment}\` mounts something at \`${path}\`, which cannot be made: ${reason}`,
    hint: ({ path }) => `see that you may write to the folders above \`${path}\`, or make it yourself`,
  }),
  SECRET_NOT_WRITTEN: entry<{ name: string; path: string; exitCode: number }>({
    message: ({ name, path, exitCode }) =>
      `Secret \`${name}\` could not be written to \`${path}\` in the container: ${exitCode === 126 || exitCode === 127 ? "`/bin/sh` or `cat` cannot be run" : `the shell ended with exit code ${exitCode}`}`,
    hint: () => "secrets need `/bin/sh` and `cat` in the image",
  }),
};

export interface ContainerEndsDetails {
  readonly environment: string;
  /** What keeps it up. */
  readonly command: string;
  /** `gone`: it was removed. */
  readonly state: string;
  readonly exitCode: number;
  readonly isOutOfMemory: boolean;
  /** The engine's own words. */
  readonly reason?: string | undefined;
  /** Last lines that it printed, oldest first. */
  readonly output: readonly string[];
  /** It is there, stopped; it was removed; or it was, and the one whose place it took is back. */
  readonly fate: "stays" | "removed" | "replaced";
}

export interface UnknownVariableDetails {
  /** `environments.dev.env.PATH`. */
  readonly key: string;
  readonly place: SourcePlace | undefined;
  readonly name: string;
  readonly image: string;
  readonly known: readonly string[];
}

export interface HookFailedDetails {
  readonly environment: string;
  /** `environments.dev.hooks.create`. */
  readonly key: string;
  readonly place?: SourcePlace | undefined;
  readonly command: string;
  readonly exitCode: number;
  /** Last lines that it printed, oldest first. */
  readonly output: readonly string[];
  /** The container does not outlive the command. */
  readonly isRemoved?: boolean | undefined;
}
