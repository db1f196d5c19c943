import { spawn } from "node:child_process";
import { once } from "node:events";

/** Copy an image from the engine that tests run on to another one. */
export async function copyImage(name: string, address: string): Promise<void> {
  const save = spawn("docker", ["save", name], { stdio: ["ignore", "pipe", "inherit"] });
  const load = spawn("docker", ["--host", address, "load", "--quiet"], { stdio: ["pipe", "ignore", "inherit"] });
  save.stdout.pipe(load.stdin);
  const [exitCode] = await once(load, "close");
  if (exitCode !== 0) throw new Error(`\`${name}\` could not be copied to the engine at ${address}`);
}
