/** What images were made of, kept in the cache: what changed since is told by it. */
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { Sha256 } from "../../digest.ts";
import { writeFileAtomic } from "../../host/atomic-write.ts";
import type { Host } from "../../host/host.ts";
import type { ImagePlan, Plan } from "../../plan/plan.ts";

export type KnownInputs = Pick<ImagePlan, "inputs" | "facts">;

/** Counts up when what is kept changes. */
const format = 1;
/** As many as are kept, each some kilobytes. */
const most = 100;

/** Note what an image that the engine has was made of; a cache that cannot be written is no reason to fail. */
export async function rememberInputs({ cacheDir }: Host, { workspace }: Plan, image: ImagePlan): Promise<void> {
  // a name of its own for a while: not the image that the environment is made of
  if (!image.tag.endsWith(`:${image.fingerprint}`)) return;
  const folder = inputsFolder(cacheDir);
  const file = join(folder, `${image.fingerprint}.json.gz`);
  try {
    if (!(await stat(file).catch(() => undefined))) {
      const { inputs, facts } = image;
      await writeFileAtomic(file, await promisify(gzip)(JSON.stringify({ format, inputs, facts })));
      await removeOldest(folder);
    }
    await writeFileAtomic(lastPath(cacheDir, workspace.id, image.environment), image.fingerprint);
  } catch {
    // it is told in less detail then
  }
}

/** Undefined where they were not noted on this machine. */
export async function knownInputs({ cacheDir }: Host, fingerprint: Sha256): Promise<KnownInputs | undefined> {
  // it may stand in a label
  if (!/^[0-9a-f]{64}$/.test(fingerprint)) return undefined;
  try {
    const file = join(inputsFolder(cacheDir), `${fingerprint}.json.gz`);
    const known = JSON.parse((await promisify(gunzip)(await readFile(file))).toString());
    return known.format === format ? known : undefined;
  } catch {
    return undefined;
  }
}

/** Of the image that an environment of this workspace was last made of. */
export async function lastInputs({ host, workspace, environment }: LastImage): Promise<KnownInputs | undefined> {
  const last = lastPath(host.cacheDir, workspace, environment);
  const fingerprint = await readFile(last, "utf8").catch(() => undefined);
  return fingerprint === undefined ? undefined : knownInputs(host, fingerprint);
}

interface LastImage {
  readonly host: Host;
  /** Id of the workspace. */
  readonly workspace: string;
  readonly environment: string;
}

function inputsFolder(cacheDir: string): string {
  return join(cacheDir, "inputs");
}

function lastPath(cacheDir: string, workspace: string, environment: string): string {
  return join(inputsFolder(cacheDir), "last", `${workspace}-${environment}`);
}

async function removeOldest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json.gz"));
  if (names.length <= most) return;
  const files = await Promise.all(
    names.map(async (name) => ({ name, time: (await stat(join(folder, name))).mtimeMs })),
  );
  const old = files.sort((one, other) => other.time - one.time).slice(most);
  for (const { name } of old) await rm(join(folder, name), { force: true });
}
