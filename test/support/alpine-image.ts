/** Vitest global set-up: the engine has the image with apk that these tests build on. */
import { connectEngine } from "../../src/engine/docker/connect.ts";
import { nodeHost } from "../../src/host/node.ts";

export const alpineImage = process.env.DEVENV_TEST_ALPINE ?? "";

export async function setup(): Promise<void> {
  if (alpineImage === "") throw new Error("name an image with apk in DEVENV_TEST_ALPINE: `alpine:3.20`, once pulled");
  const { images } = connectEngine(nodeHost());
  if ((await images.inspect(alpineImage)) !== undefined) return;
  throw new Error(`the engine has no image \`${alpineImage}\`, which DEVENV_TEST_ALPINE names`);
}
