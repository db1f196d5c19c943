import { entry } from "./entry.ts";

/** Errors of the bill of materials. */
export const sbomErrors = {
  SBOM_IMAGE_MISSING: entry<{ environment: string; tag: string }>({
    message: ({ environment, tag }) => `The image of \`${environment}\` is not built: the engine has no \`${tag}\``,
    hint: ({ environment }) => `run \`devenv build ${environment}\``,
  }),
  SBOM_UNWRITABLE: entry<{ file: string; reason: string }>({
    message: ({ file, reason }) => `\`${file}\` could not be written: ${reason}`,
    hint: () => "name another file with `--output`; without it the document goes to stdout",
  }),
};
