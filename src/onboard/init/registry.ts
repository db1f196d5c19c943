import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Host } from "../../host/host.ts";
import { registryAnswers } from "../../host/registry-probe.ts";
import { readHostTrust } from "../../host/trust.ts";

const dockerHub = "https://registry-1.docker.io";
const daemonConfig = "/etc/docker/daemon.json";
/** Who has to wait longer for an answer would wait long for an image. */
const timeoutMs = 2_000;

/** Whether official images can be had: Docker Hub answers, or a mirror of it that the engine is set up with. */
export async function hasRegistry(host: Host, root = "/"): Promise<boolean> {
  const { certificates } = await readHostTrust(host);
  const urls = [dockerHub, ...(await engineMirrors(join(root, daemonConfig)))];
  const answers = urls.map((url) => registryAnswers(url, { env: host.env, certificates, timeoutMs }));
  return (await Promise.all(answers)).includes(true);
}

async function engineMirrors(file: string): Promise<readonly string[]> {
  try {
    const { "registry-mirrors": mirrors }: { "registry-mirrors"?: unknown } = JSON.parse(await readFile(file, "utf8"));
    return Array.isArray(mirrors) ? mirrors.filter((mirror) => typeof mirror === "string") : [];
  } catch {
    // Absent, or not ours to judge: the engine itself tells of a broken one.
    return [];
  }
}
