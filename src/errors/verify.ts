import { entry, listNames } from "./entry.ts";

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
  VERIFY_STALE: entry<VerifyStaleDetails>({
    message: ({ environment, locked, fingerprint, file, keys }) => {
      const why =
        keys.length === 0
          ? `locked is \`${locked}\`, the config makes \`${fingerprint}\``
          : `${listNames(keys)} changed since then`;
      return `\`${file}\` tells of another image of \`${environment}\`: ${why}`;
    },
    hint: () => "run `devenv lock`",
  }),
};

export interface VerifyStaleDetails {
  readonly environment: string;
  readonly file: string;
  /** Fingerprints, cut short. */
  readonly locked: string;
  readonly fingerprint: string;
  /** Config keys; none where the lock does not tell them. */
  readonly keys: readonly string[];
}
