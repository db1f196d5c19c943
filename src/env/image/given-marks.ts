/** Which values layers were given in builds that came to no good end: the builder keeps such layers, and no later build looks for these values. */
import { randomBytes, scrypt } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { canonicalJson, digestOf, type Sha256 } from "../../digest.ts";
import { writeFileAtomic } from "../../host/atomic-write.ts";
import { stateFolder } from "../../host/state-folder.ts";
import type { ImagePlan } from "../../plan/plan.ts";
import { dockerfileSteps } from "../../plan/steps.ts";
import type { OperationContext } from "../operation.ts";

type Context = Pick<OperationContext, "host">;
type SecretImage = Pick<ImagePlan, "dockerfile" | "secrets">;

export interface BuiltWithSecrets<Image extends SecretImage = SecretImage> {
  readonly image: Image;
  readonly values: ReadonlyMap<string, Uint8Array>;
}

interface Mark {
  /** Hex. */
  readonly salt: string;
  /** What can be compared with values, and not be turned back into them. */
  readonly given: readonly string[];
}

/** In the place of values that must be in no layer of the cache, be they given again or not. */
const refused = "refused";

/**
 * Note what layers are about to be given, until `forgetGiven`. Gives whether the builder may have such a layer with
 * other values in it: then none of them may come from its cache.
 */
export async function noteGiven({ host }: Context, { image, values }: BuiltWithSecrets): Promise<boolean> {
  const file = markFile(host, image);
  const mark = (await readMark(file)) ?? { salt: randomBytes(16).toString("hex"), given: [] };
  const own = await hashOf(values, mark.salt);
  if (!mark.given.includes(own)) await writeMark(file, { ...mark, given: [...mark.given, own] });
  return mark.given.some((one) => one !== own);
}

export async function noteRefused({ host }: Context, image: SecretImage): Promise<void> {
  const file = markFile(host, image);
  const mark = (await readMark(file)) ?? { salt: "", given: [] };
  await writeMark(file, { ...mark, given: [...new Set([...mark.given, refused])] });
}

/** What was built is known to hold none, and of several the builder takes the layer that it made last. */
export function forgetGiven({ host }: Context, image: SecretImage): Promise<void> {
  return rm(markFile(host, image), { force: true });
}

async function hashOf(values: ReadonlyMap<string, Uint8Array>, salt: string): Promise<string> {
  const digest = digestOf([...values].map(([name, value]) => [name, Buffer.from(value).toString("base64")]).sort());
  const hash = (await promisify(scrypt)(digest, salt, 32)) as Buffer;
  return hash.toString("hex");
}

/** The same for all projects, clones and environments that share the layer: the builder's cache is one. */
function markFile(host: Context["host"], image: SecretImage): string {
  return join(stateFolder(host), "given", `${layerKey(image)}.json`);
}

/** All up to the first instruction that has a secret; the base under whatever name. */
function layerKey({ dockerfile, secrets }: SecretImage): Sha256 {
  const instructions = dockerfileSteps(dockerfile).map(({ instruction }) => instruction);
  const hasSecret = (text: string) => secrets.some(({ name }) => text.includes(`--mount=type=secret,id=${name},`));
  return digestOf(instructions.slice(1, instructions.findIndex(hasSecret) + 1));
}

async function readMark(file: string): Promise<Mark | undefined> {
  try {
    const { salt, given } = JSON.parse(await readFile(file, "utf8")) as Partial<Mark>;
    return typeof salt === "string" && Array.isArray(given) ? { salt, given } : undefined;
  } catch {
    return undefined;
  }
}

async function writeMark(file: string, mark: Mark): Promise<void> {
  await writeFileAtomic(file, canonicalJson(mark), 0o600);
}
