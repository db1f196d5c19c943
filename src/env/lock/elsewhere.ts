import { randomBytes } from "node:crypto";
import { devenvError } from "../../errors.ts";
import { debianArchitecture } from "../../host/apt-archive.ts";
import type { Lockfile, PackageSet } from "../../lock/lockfile.ts";
import type { PackagesRequest } from "../../lock/requests.ts";
import { withoutPackages } from "../../lock/status-file.ts";
import { baseImageTag } from "../../plan/base-image.ts";
import { environmentLabel, projectLabel } from "../../plan/labels.ts";
import type { ImagePlan } from "../../plan/plan.ts";
import type { BaseSpec } from "../../spec/spec.ts";
import { withPlainContainer } from "../container/image-user.ts";
import { ensureBase } from "../image/base.ts";
import type { OperationContext } from "../operation.ts";

/** What an image of another platform has installed, as far as its packages say. */
export interface Elsewhere {
  /** As the distribution writes it: `arm64`. */
  readonly architecture: string;
  /** Packages that the lock has for it, from base and layers. */
  readonly installed: PackageSet;
  /** What dpkg knows of all others. */
  readonly status: string;
}

export interface ElsewhereOptions {
  /** Of the own platform, as it is before the layer. */
  readonly image: ImagePlan;
  readonly platform: string;
  readonly lockfile: Lockfile;
}

/** Read without running anything of the other platform. Throws LOCK_ELSEWHERE. */
export async function readElsewhere(
  context: OperationContext,
  request: PackagesRequest,
  { image, platform, lockfile }: ElsewhereOptions,
): Promise<Elsewhere> {
  const { key, baseKey, manager } = request;
  if (manager !== "apt") throw devenvError("LOCK_ELSEWHERE", { key, platform, reason: "only `apt` can be asked here" });
  const architecture = debianArchitecture(platform);
  const layers = layersBelow(lockfile, request, platform);
  const pin = lockfile.bases[baseKey]?.platforms[platform];
  if (pin === undefined || "layers" in pin) {
    const reason = "its base there is not known here";
    throw devenvError("LOCK_ELSEWHERE", { key, platform, reason });
  }
  if ("packages" in pin) return { architecture, installed: { ...pin.packages, ...layers }, status: "" };
  const base: BaseSpec = { kind: "reference", reference: baseKey };
  const there = { ...image, base, basePin: pin, platform, baseTag: baseImageTag(base, platform, pin) };
  const status = await readStatus(context, there);
  if (status === undefined) {
    throw devenvError("LOCK_ELSEWHERE", { key, platform, reason: "its base there has no list of packages" });
  }
  return { architecture, installed: layers, status: withoutPackages(status, Object.keys(layers)) };
}

/** A later layer's pin counts over that of one below it. */
function layersBelow(lockfile: Lockfile, { key, baseKey, chain }: PackagesRequest, platform: string): PackageSet {
  const layers = chain.split(" > ").slice(0, -1);
  const chains = layers.map((_, index) => layers.slice(0, index + 1).join(" > "));
  const sets = chains.map((one) => lockfile.packages[baseKey]?.[platform]?.[one]);
  const isMissing = sets.some((set) => set === undefined);
  if (isMissing) throw devenvError("LOCK_ELSEWHERE", { key, platform, reason: "a layer below it is not locked there" });
  return Object.assign({}, ...sets);
}

/** An image of any platform can be pulled, and read in a container that never runs. */
async function readStatus(context: OperationContext, image: ImagePlan): Promise<string | undefined> {
  await ensureBase(context, image);
  const { engine } = context;
  const labels = { [projectLabel]: image.labels[projectLabel] ?? "", [environmentLabel]: image.environment };
  const name = `${image.labels[projectLabel]}-${image.environment}.status-${randomBytes(8).toString("hex")}`;
  const content = await withPlainContainer(engine, { image: { tag: image.baseTag }, helper: { name, labels } }, (id) =>
    engine.containers.readFile(id, "/var/lib/dpkg/status"),
  );
  return content?.toString("utf8");
}
