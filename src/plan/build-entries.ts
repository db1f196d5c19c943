import { sha256 } from "../digest.ts";
import { buildScript, scriptFolder } from "./build-script.ts";
import type { ContextFile } from "./plan.ts";
import { skeletonPath, skeletonTar } from "./skeleton.ts";

/** Counts up when the same config gives another image: with the build script, the skeleton, or how a tar is unpacked. */
export const recipeVersion = 6;

/** What devenv itself puts into every build context. */
export function buildEntries(): readonly ContextFile[] {
  return [contentFile(`${scriptFolder}/begin`, Buffer.from(buildScript)), contentFile(skeletonPath, skeletonTar())];
}

function contentFile(path: string, content: Buffer): ContextFile {
  return { kind: "file", path, mode: 0o644, size: content.length, digest: sha256(content), source: path, content };
}
