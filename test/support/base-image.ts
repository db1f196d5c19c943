/** Vitest global set-up: the engine has the Debian base that its tests build on, made by devenv itself. */
import { createReadStream } from "node:fs";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import { nodeHost } from "../../src/host/node.ts";
import { makeBase } from "./bootstrap-base.ts";
import { baseImage } from "./sandbox.ts";

/** Gives what undoes it: an image that was there before stays. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  const host = nodeHost();
  const engine = connectEngine(host);
  if ((await engine.images.inspect(baseImage)) !== undefined) return undefined;
  const platform = `linux/${host.arch}`;
  const { file } = await makeBase(host, { suite: "bookworm", packages: [], variant: "minbase", mirror: undefined });
  await engine.images.import(createReadStream(file), { tag: baseImage, platform, labels: { "devenv.test": "base" } });
  return () => engine.images.remove(baseImage);
}
