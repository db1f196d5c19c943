/** What a lock file may contain, strictly: a lock that was merged or edited by hand is never half understood. */
import * as z from "zod/mini";
import { lockfileVersion } from "./lockfile.ts";
import { packagePatterns } from "./quick-check.ts";

const text = z.string().check(z.minLength(1));
const sha256 = z.string().check(z.regex(packagePatterns.sha256, "64 hex digits"));
const digest = z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/, "`sha256:` and 64 hex digits"));
const bytes = z.int().check(z.nonnegative());
const path = z.string().check(z.regex(packagePatterns.path, "a relative path without `..`"));
const packageName = z.string().check(z.regex(packagePatterns.name, "the name of a package"));
const packageVersion = z.string().check(z.regex(packagePatterns.version, "the version of a package"));

const packagePin = z.strictObject({
  version: packageVersion,
  architecture: packageName,
  archive: z.string().check(z.regex(packagePatterns.archive, "the name of an archive")),
  suite: z.optional(text),
  component: z.optional(text),
  path,
  sha256,
  size: bytes,
});

const packageSet = z.record(packageName, packagePin);

const archivePin = z.strictObject({ integrity: z.optional(text), sha256, size: bytes });

const basePin = z.union([
  z.strictObject({ manifest: digest }),
  z.strictObject({ layers: sha256 }),
  z.strictObject({ packages: packageSet }),
]);

const imageLock = z.strictObject({
  fingerprint: sha256,
  content: sha256,
  layers: z.array(z.strictObject({ key: text, content: sha256 })),
});

export const lockfileSchema = z.strictObject({
  version: z.literal(lockfileVersion),
  archives: z.record(text, archivePin),
  bases: z.record(text, z.strictObject({ index: z.optional(digest), platforms: z.record(text, basePin) })),
  packages: z.record(text, z.record(text, z.record(text, packageSet))),
  environments: z.record(text, z.strictObject({ requests: z.record(text, text), images: z.record(text, imageLock) })),
});
