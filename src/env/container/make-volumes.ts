/** The volumes that are not there yet. */
import { randomUUID } from "node:crypto";
import { devenvError } from "../../errors.ts";
import { type Labels, syncLabel } from "../../plan/labels.ts";
import { workspaceVolume } from "../../plan/volumes.ts";
import type { OperationContext } from "../operation.ts";
import type { PlacedVolume } from "./volumes.ts";

/** Podman forgets the labels of volumes that it makes with a container, so they are made before it. */
export function makeVolumes(
  context: OperationContext,
  environment: string,
  volumes: readonly PlacedVolume[],
): Promise<readonly PlacedVolume[]> {
  return Promise.all(
    volumes.map(async (volume) => {
      if (volume.present !== undefined) return volume;
      const source = await makeVolume(context, volume);
      if (source === volume.source) return volume;
      const text = `volume \`${volume.source}\` is not devenv's, and stays as it is: \`${source}\` is made in its place`;
      context.report({ kind: "warning", environment, text });
      return { ...volume, source };
    }),
  );
}

/** Gives its name. One that somebody else made is never used: nothing tells what it holds. */
async function makeVolume({ engine }: OperationContext, volume: PlacedVolume): Promise<string> {
  const wanted = labelsOf(volume);
  const others = Array.from({ length: 3 }, () => `${volume.planned}-${randomUUID().slice(0, 4)}`);
  for (const name of [volume.source, ...others]) {
    const labels = await engine.volumes.create(name, wanted);
    const isOurs = Object.entries(wanted).every(([key, value]) => labels[key] === value);
    if (volume.scope === "shared" || isOurs) return name;
  }
  throw devenvError("VOLUME_NAME_TAKEN", { name: volume.source });
}

/** What both sides of a sync last agreed upon belongs to the volume, not to one of its name that is made later. */
function labelsOf({ what, labels = {} }: PlacedVolume): Labels {
  return what === workspaceVolume ? { ...labels, [syncLabel]: randomUUID() } : labels;
}
