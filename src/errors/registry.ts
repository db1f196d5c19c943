import { entry, listNames } from "./entry.ts";

/** Errors of image registries. */
export const registryErrors = {
  REGISTRY_UNREACHABLE: entry<{ reference: string; registry: string; reason: string }>({
    message: ({ reference, registry, reason }) =>
      `The registry \`${registry}\` could not be asked for \`${reference}\`: ${reason}`,
    hint: () =>
      "check the network; behind a mirror set `registries` in the config; without any registry use `bootstrap({ suite })` as base",
  }),
  REGISTRY_FAILED: entry<{ reference: string; registry: string; reason: string }>({
    message: ({ reference, registry, reason }) =>
      `The registry \`${registry}\` did not say what \`${reference}\` is: ${reason}`,
    hint: () => "run the command again later, or set another mirror in `registries` in the config",
  }),
  IMAGE_PLATFORM_MISSING: entry<{ reference: string; platform: string; known: readonly string[] }>({
    message: ({ reference, platform, known }) =>
      `Image \`${reference}\` does not exist for \`${platform}\`, only for ${listNames(known)}`,
    hint: () => "set `platform` of the image in the config to one that it exists for, or take another image",
  }),
};
