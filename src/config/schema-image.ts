import * as z from "zod/mini";
import type { BootstrapBase, ImageConfig } from "./define.ts";
import type { Layer } from "./layers.ts";
import {
  absolutePath,
  apkPackage,
  aptPackage,
  archiveUrl,
  dockerfileText,
  layerVariables,
  pattern,
  perPlatform,
  platform,
  sameAs,
  sha256,
  stepCachePath,
  stepCommand,
  text,
  texts,
  userName,
} from "./schema-values.ts";

export const layerSchema = sameAs<Layer>()(
  z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("apt"), packages: z.array(aptPackage) }),
    z.strictObject({ kind: z.literal("apk"), packages: z.array(apkPackage) }),
    z.strictObject({
      kind: z.literal("archive"),
      url: perPlatform(archiveUrl),
      to: absolutePath,
      sha256: z.optional(perPlatform(sha256)),
      strip: z.optional(
        z
          .int("a whole number of path components, 0 or more")
          .check(z.minimum(0, "a whole number of path components, 0 or more")),
      ),
    }),
    z.strictObject({
      kind: z.literal("copy"),
      from: z.union([text, texts]),
      to: text,
      owner: z.optional(userName),
      mode: z.optional(pattern(/^0?[0-7]{3,4}$/, "octal permission bits as text, such as `0755`")),
    }),
    z.strictObject({
      kind: z.literal("run"),
      command: stepCommand,
      cache: z.optional(z.array(stepCachePath)),
      secrets: z.optional(texts),
      env: z.optional(layerVariables),
      workdir: z.optional(absolutePath),
      network: z.optional(z.enum(["default", "none", "host"])),
    }),
    z.strictObject({ kind: z.literal("env"), env: layerVariables }),
    z.strictObject({ kind: z.literal("dockerfile"), text: dockerfileText }),
  ]),
);

export const bootstrapSchema = sameAs<BootstrapBase>()(
  z.strictObject({
    kind: z.literal("bootstrap"),
    suite: pattern(/^[a-z][a-z0-9-]*$/, "a suite of the distribution, such as `bookworm`"),
    packages: z.optional(z.array(aptPackage)),
    mirror: z.optional(pattern(/^https?:\/\/\S+$/, "an `http(s):` address")),
    variant: z.optional(z.enum(["minbase", "essential", "apt"])),
  }),
);

export const imageSchema = sameAs<ImageConfig>()(
  z.strictObject({
    from: z.union(
      [text, bootstrapSchema, z.strictObject({ environment: text })],
      "an image reference, `bootstrap({ … })` or `{ environment: … }`",
    ),
    layers: z.optional(
      z.array(z.union([layerSchema, z.array(layerSchema)], 'a layer such as `apt("git")`, or a list of layers')),
    ),
    user: z.optional(userName),
    platform: z.optional(platform),
  }),
);
