import { randomBytes } from "node:crypto";
import { sha256 } from "../../digest.ts";
import { comparePaths } from "../../host/path-order.ts";
import type { PackagePin, PackageSet } from "../../lock/lockfile.ts";
import type { PackagesRequest } from "../../lock/requests.ts";
import { environmentLabel, projectLabel } from "../../plan/labels.ts";
import { type PackageManager, packageFileName } from "../../plan/packages.ts";
import type { ContextFile, ImagePlan, Plan } from "../../plan/plan.ts";
import { bindMount, cacheMount, printStep } from "../../plan/run-step.ts";
import { withPlainContainer } from "../container/image-user.ts";
import { buildImage } from "../image/images.ts";
import { type FailedPackages, type PlacedPackage, packageEntry } from "../image/packages.ts";
import type { OperationContext } from "../operation.ts";
import { apkScript } from "./apk-script.ts";
import { aptScript } from "./apt-script.ts";
import type { Elsewhere } from "./elsewhere.ts";
import { type ResolverInput, reportPath, resolverFolder } from "./resolver.ts";

export interface AskOptions {
  readonly plan: Plan;
  readonly image: ImagePlan;
  readonly prefer: PackageSet;
  /** Those of the preferred that cannot be had. */
  readonly failed: FailedPackages;
  /** Ask for the image of another platform in the place of this one. */
  readonly elsewhere?: Elsewhere | undefined;
}

/** Build the image with a last step that asks its package manager, and read the report; nothing of it stays in the engine. */
export async function askManager(
  context: OperationContext,
  request: PackagesRequest,
  options: AskOptions,
): Promise<string> {
  const { plan, image } = options;
  const { engine } = context;
  const id = randomBytes(8).toString("hex");
  const asking = await askingImage(context, request, { ...options, id });
  try {
    await buildImage(context, { plan, image: asking, step: "resolve" });
    const helper = { name: `${plan.project}-${image.environment}.resolve-${id}`, labels: asking.labels };
    const content = await withPlainContainer(engine, { image: asking, helper }, (container) =>
      engine.containers.readFile(container, reportPath),
    );
    if (content === undefined) throw new Error(`the resolver of ${request.key} wrote no report`);
    return content.toString("utf8");
  } finally {
    await engine.images.remove(asking.tag);
  }
}

/** A preferred package, and where its file stands in the context. */
export function placePreferred([name, pin]: readonly [string, PackagePin], manager: PackageManager): PlacedPackage {
  return { name, pin, path: `${resolverFolder.context}/files/${packageFileName(name, pin, manager)}` };
}

/** A package that an image of another platform has, likewise. */
export function placeInstalled([name, pin]: readonly [string, PackagePin]): PlacedPackage {
  return { name, pin, path: `${resolverFolder.context}/installed/${packageFileName(name, pin, "apt")}` };
}

interface Resolver {
  readonly script: (input: ResolverInput) => string;
  /** Folders that are kept between askings. */
  readonly caches: readonly string[];
}

const resolvers: Readonly<Record<PackageManager, Resolver>> = {
  apt: { script: aptScript, caches: ["/var/cache/apt", "/var/lib/apt/lists"] },
  apk: { script: apkScript, caches: [] },
};

/** The image with a last step that asks; what the step is called keeps the engine from taking an old answer. */
async function askingImage(
  context: OperationContext,
  { key, manager, packages }: PackagesRequest,
  { image, prefer, failed, elsewhere, id }: AskOptions & { readonly id: string },
): Promise<ImagePlan> {
  const files = Object.entries(prefer)
    .filter(([name]) => !failed.has(name))
    .map((one) => placePreferred(one, manager));
  const installed = Object.entries(elsewhere?.installed ?? {}).map(placeInstalled);
  const entries = await Promise.all([...files, ...installed].map((file) => packageEntry(context, file)));
  const resolver = resolvers[manager];
  const script = textEntry("script", resolver.script({ packages, prefer, architecture: elsewhere?.architecture }));
  const status = elsewhere === undefined ? [] : [textEntry("status", elsewhere.status)];
  // apt throws away the lists of any other architecture
  const cache = elsewhere === undefined ? "devenv-apt" : `devenv-apt-${elsewhere.architecture}`;
  const caches = resolver.caches.map((target) => cacheMount(target, `${cache}${target}`));
  const flags = [...caches, bindMount(resolverFolder.context, resolverFolder.step)];
  const step = printStep({ flags, command: `: ${id}; sh ${resolverFolder.step}/script` });
  const from = image.dockerfile.split("\n").length;
  const dockerfile = `${image.dockerfile}USER root\n${step}\n`;
  return {
    ...image,
    dockerfile,
    origins: [...image.origins, { from, to: dockerfile.split("\n").length - 1, key }],
    context: [...image.context, ...entries, ...status, script].sort((a, b) => comparePaths(a.path, b.path)),
    tag: `localhost/${image.labels[projectLabel]}/${image.environment}:resolve-${id}`,
    labels: { [projectLabel]: image.labels[projectLabel] ?? "", [environmentLabel]: image.environment },
  };
}

function textEntry(name: string, text: string): ContextFile {
  const content = Buffer.from(text);
  const path = `${resolverFolder.context}/${name}`;
  return { kind: "file", path, mode: 0o644, size: content.length, digest: sha256(content), source: path, content };
}
