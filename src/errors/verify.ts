import { entry } from "./entry.ts";

/** Errors of reading and comparing what images hold. */
export const verifyErrors = {
  IMAGE_UNREADABLE: entry<{ reference: string; reason: string }>({
    message: ({ reference, reason }) => `Image \`${reference}\` could not be read: ${reason}`,
    hint: () => "run the command again; `devenv build --no-cache` makes the image anew",
  }),
  VERIFY_NO_CONTENT: entry<{ environment: string; platform: string; file: string }>({
    message: ({ environment, platform, file }) =>
      `\`${file}\` does not say what the image of \`${environment}\` holds for \`${platform}\``,
    hint: () => "run `devenv lock`, which builds it; `--against IMAGE` compares with an image instead",
  }),
  VERIFY_STALE: entry<{ environment: string; locked: string; fingerprint: string; file: string }>({
    message: ({ environment, locked, fingerprint, file }) =>
      `\`${file}\` tells of another image of \`${environment}\`: locked is \`${locked}\`, the config makes \`${fingerprint}\``,
    hint: () => "run `devenv lock`",
  }),
};
