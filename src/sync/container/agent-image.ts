import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sha256 } from "../../digest.ts";
import type { Engine } from "../../engine/engine.ts";
import { devenvError } from "../../errors.ts";
import { packFile } from "../../host/pack-file.ts";
import { errnoOf } from "../../host/reason.ts";
import { agentRepository } from "../../plan/sync-agent.ts";

/** Where the agent is in its image, which holds nothing else. */
export const agentPath = "/devenv-sync-agent";

/** Whether there is an agent for a platform such as `linux/amd64`. */
export function hasAgent(platform: string): boolean {
  return existsSync(agentFor(platform));
}

/** The agent's image for a platform such as `linux/amd64`, made where the engine does not have it; throws SYNC_AGENT_MISSING. */
export async function ensureAgentImage(engine: Engine, platform: string): Promise<string> {
  const content = await readAgent(platform);
  const tag = tagOf(content);
  if ((await engine.images.inspect(tag)) !== undefined) return tag;
  const tar = packFile({ name: agentPath.slice(1), mode: 0o755, content });
  await engine.images.import(tar, { tag, platform, labels: { "devenv.agent": "sync" } });
  return tag;
}

/** Names of the images that this version makes, whatever the platform. */
export async function agentTags(): Promise<readonly string[]> {
  const folder = agentFolder();
  const names = (await readdir(folder)).filter((name) => name.startsWith(agentFile));
  return Promise.all(names.map(async (name) => tagOf(await readFile(join(folder, name)))));
}

function tagOf(agent: Buffer): string {
  return `${agentRepository}:${sha256(agent).slice(0, 12)}`;
}

const agentFile = "devenv-sync-agent-";

async function readAgent(platform: string): Promise<Buffer> {
  try {
    return await readFile(agentFor(platform));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") throw devenvError("SYNC_AGENT_MISSING", { platform }, error);
    throw error;
  }
}

/** The agent's file for a platform, if there is one. */
export function agentFor(platform: string): string {
  return join(agentFolder(), `${agentFile}${platform.split("/")[1] ?? ""}`);
}

/** In the package beside the bundle, in the sources beside the program's own source. */
function agentFolder(): string {
  const here = fileURLToPath(import.meta.url);
  const dist = here.lastIndexOf(join("/", "dist", "/"));
  const src = here.lastIndexOf(join("/", "src", "/"));
  return dist > src ? join(here.slice(0, dist), "dist", "agent") : join(here.slice(0, src), "src", "sync", "agent");
}
