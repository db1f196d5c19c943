import { entry, listNames } from "./entry.ts";

/** Errors of `devenv init`. */
export const initErrors = {
  CONFIG_EXISTS: entry<{ file: string }>({
    message: ({ file }) => `There is a config already: \`${file}\``,
    hint: () => "run `devenv init --force` to write a new `devenv.config.ts`",
  }),
  TEMPLATE_UNKNOWN: entry<{ name: string; known: readonly string[] }>({
    message: ({ name, known }) => `There is no template \`${name}\`; there are ${listNames(known)}`,
    hint: () => "run `devenv init` without a name to write a config for the project in this folder",
  }),
  PROJECT_UNKNOWN: entry<{ folder: string }>({
    message: ({ folder }) => `No Node, Python or Go project was found in \`${folder}\``,
    hint: () => "start one from a template: `devenv init node`, `devenv init python` or `devenv init go`",
  }),
  PROJECT_UNREADABLE: entry<{ file: string; reason: string }>({
    message: ({ file, reason }) => `\`${file}\` of this project could not be read: ${reason}`,
    hint: ({ file }) => `mend \`${file}\` and run \`devenv init\` again`,
  }),
  PROJECT_UNWRITABLE: entry<{ file: string; reason: string }>({
    message: ({ file, reason }) => `\`${file}\` could not be written: ${reason}`,
    hint: () => "see that the folder is yours and that the disk has space, and run `devenv init` again",
  }),
};
