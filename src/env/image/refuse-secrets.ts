/** A layer that had build secrets may have written one into a file: such an image is not kept. */
import { devenvError, type SecretFile } from "../../errors.ts";
import { searchTar, secretFiles, type TarSearch } from "../../host/archive/search-tar.ts";
import { reasonOf } from "../../host/reason.ts";
import { readImageWith } from "../../host/saved-image/read-image.ts";
import { openSecretSearch, type SecretSearch } from "../../host/secrets/search-content.ts";
import { keysAt, layerPlaces } from "../../plan/content/places.ts";
import type { ImagePlan } from "../../plan/plan.ts";
import type { OperationContext } from "../operation.ts";
import { countBaseLayers, unreadable } from "./content.ts";
import { type BuiltWithSecrets, forgetGiven, noteRefused } from "./given-marks.ts";

/** The name of an image until its layers were looked at. */
export function uncheckedName({ tag }: Pick<ImagePlan, "tag">): string {
  return tag.replace(/:([^:/]*)$/, "/unchecked:$1");
}

type Built = BuiltWithSecrets<ImagePlan>;

/** Give an image its own name once none of its layers holds a secret; throws IMAGE_HOLDS_SECRET. */
export async function acceptImage(context: OperationContext, { image, values }: Built): Promise<void> {
  const { images } = context.engine;
  const unchecked = uncheckedName(image);
  try {
    const found = await findSecrets(context, { image, values });
    if (found !== undefined) {
      await noteRefused(context, image);
      throw devenvError("IMAGE_HOLDS_SECRET", { ...found, place: await context.locate(found.key) });
    }
    await images.tag(unchecked, image.tag);
    await forgetGiven(context, image);
  } finally {
    await images.remove(unchecked);
  }
}

interface FoundSecrets {
  readonly environment: string;
  /** Of the first layer that holds one. */
  readonly key: string;
  readonly files: readonly SecretFile[];
}

async function findSecrets(context: OperationContext, { image, values }: Built): Promise<FoundSecrets | undefined> {
  const search = openSecretSearch([...values].map(([name, value]) => ({ name, value })));
  if (search.isEmpty) return undefined;
  const reference = uncheckedName(image);
  const info = await context.engine.images.inspect(reference);
  if (info === undefined) throw unreadable(reference, "the engine does not have it");
  const below = await countBaseLayers(context, image, info.layers);
  const { config, layers } = await searchLayers(context, reference, search);
  const own = layers.slice(below);
  for (const path of own.flatMap(({ partial }) => partial)) {
    const text = `\`/${path}\` unpacks to so much that it was not searched to its end for secrets`;
    context.report({ kind: "warning", environment: image.environment, text });
  }
  const places = layerPlaces(image, own.length, config);
  const files = own.map(({ findings }) => findings.flatMap((one) => secretFiles({ ...one, path: `/${one.path}` })));
  const first = files.findIndex((some) => some.length > 0);
  if (first < 0) return undefined;
  const [key = image.key] = keysAt(image, places[first] ?? "from");
  return { environment: image.environment, key, files: files.flat() };
}

async function searchLayers({ engine, signal }: OperationContext, reference: string, search: SecretSearch) {
  const tar = await engine.images.save(reference, { signal });
  try {
    return await readImageWith<TarSearch>(tar, (layer) => searchTar(layer, search), signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw unreadable(reference, reasonOf(error), error);
  } finally {
    tar.destroy();
  }
}
