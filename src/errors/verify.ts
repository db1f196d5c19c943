import { entry } from "./entry.ts";

/** Errors of reading and comparing what images hold. */
export const verifyErrors = {
  IMAGE_UNREADABLE: entry<{ reference: string; reason: string }>({
    message: ({ reference, reason }) => `Image \`${reference}\` could not be read: ${reason}`,
    hint: () => "run the command again; `devenv build --no-cache` makes the image anew",
  }),
};
