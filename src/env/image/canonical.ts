import { isDevenvError } from "../../errors.ts";
import { isStorageTrouble, withTemporaryFolder } from "../../host/cache.ts";
import { reasonOf } from "../../host/reason.ts";
import { openContents } from "../../host/saved-image/contents.ts";
import type { SavedLayer } from "../../host/saved-image/entry.ts";
import { type OciImage, ociImage } from "../../host/saved-image/oci-image.ts";
import { type FileBlob, newFile, type Spool, saveBlob } from "../../host/saved-image/spool.ts";
import { layerTar } from "../../host/saved-image/write-layer.ts";
import { type CanonicalLayer, type ChainLink, canonicalImage } from "../../plan/content/canonical.ts";
import type { ImagePlan, Plan } from "../../plan/plan.ts";
import type { OperationContext } from "../operation.ts";
import { imageChain } from "./chain.ts";
import { countBaseLayers, readSaved, unreadable } from "./content.ts";

type CanonicalContext = Pick<OperationContext, "engine" | "host" | "signal">;

/**
 * Run with an image of the engine in canonical form: the same bytes whatever engine built it, and whenever.
 * Its layers lie in a temporary folder, which is gone afterwards, also after a failure. Throws IMAGE_UNREADABLE.
 */
export async function withCanonicalImage<T>(
  context: CanonicalContext,
  { plan, image }: { readonly plan: Plan; readonly image: ImagePlan },
  use: (canonical: OciImage) => Promise<T>,
): Promise<T> {
  const chain = await chainLinks(context, imageChain(plan, image));
  return withTemporaryFolder(context.host.cacheDir, async (folder) =>
    use(await makeCanonical(context, { chain, reference: image.tag, folder })),
  );
}

type Chain<Item> = readonly [Item, ...Item[]];

interface MakeOptions {
  readonly chain: Chain<ChainLink>;
  readonly reference: string;
  readonly folder: string;
}

async function makeCanonical(context: CanonicalContext, { chain, reference, folder }: MakeOptions): Promise<OciImage> {
  const spool: Spool = { folder, contents: new Map() };
  const saved = await readSaved(context, reference, spool);
  try {
    const { baseLayers, layers, config } = canonicalImage(chain, saved);
    const base = saved.layers.slice(0, baseLayers).map(unchangedLayer);
    const blobs = [...base, ...(await writeLayers(layers, spool, context.signal))];
    return ociImage(config(blobs.map(({ digest }) => digest)), blobs);
  } catch (error) {
    if (context.signal?.aborted || isDevenvError(error) || isStorageTrouble(error)) throw error;
    throw unreadable(reference, reasonOf(error), error);
  }
}

function unchangedLayer({ diffId, blob }: SavedLayer): FileBlob {
  if (blob?.digest !== diffId) throw new Error(`its layer \`${diffId}\` is \`${blob?.digest}\``);
  return blob;
}

async function writeLayers(
  layers: readonly CanonicalLayer[],
  spool: Spool,
  signal: AbortSignal | undefined,
): Promise<readonly FileBlob[]> {
  await using contents = openContents(spool);
  const blobs: FileBlob[] = [];
  for (const { entries } of layers) {
    signal?.throwIfAborted();
    blobs.push(await saveBlob(layerTar(entries, contents.read), newFile(spool)));
  }
  return blobs;
}

/** Each image with the number of layers below its own. Throws IMAGE_UNREADABLE. */
async function chainLinks(context: CanonicalContext, images: Chain<ImagePlan>): Promise<Chain<ChainLink>> {
  const [{ tag }] = images;
  const info = await context.engine.images.inspect(tag);
  if (info === undefined) throw unreadable(tag, "the engine does not have it");
  const links: ChainLink[] = [];
  let { layers } = info;
  for (const image of images) {
    const baseLayers = await countBaseLayers(context, image, layers);
    links.push({ image, baseLayers });
    layers = layers.slice(0, baseLayers);
  }
  const [first, ...below] = links;
  if (first === undefined) throw new Error("an image is at the start of its chain");
  return [first, ...below];
}
