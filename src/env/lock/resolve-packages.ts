import { devenvError, isDevenvError } from "../../errors.ts";
import { rememberArchives } from "../../host/packages/known-archives.ts";
import { resolveApkFiles } from "../../lock/apk-packages.ts";
import { parseApkReport } from "../../lock/apk-report.ts";
import { resolveAptFiles } from "../../lock/apt-packages.ts";
import { parseAptReport } from "../../lock/apt-report.ts";
import type { PackagePin, PackageSet } from "../../lock/lockfile.ts";
import type { FailureReport } from "../../lock/report-sections.ts";
import type { PackagesRequest } from "../../lock/requests.ts";
import type { ResolvedFile } from "../../lock/resolved-file.ts";
import type { PackageManager } from "../../plan/packages.ts";
import type { ImagePlan, Plan } from "../../plan/plan.ts";
import { ensureBaseImage } from "../image/images.ts";
import { downloadPackages, type FailedPackages } from "../image/packages.ts";
import { requireRunNetwork } from "../image/run-network.ts";
import type { OperationContext } from "../operation.ts";
import { runStep } from "../step.ts";
import { askManager, placeInstalled, placePreferred } from "./ask-manager.ts";
import type { Elsewhere } from "./elsewhere.ts";
import { tellUnknownArchives } from "./tell-archives.ts";

export interface ResolvePackagesOptions {
  /** Holds the images of base environments. */
  readonly plan: Plan;
  /** The environment's image as it is before the layer. */
  readonly image: ImagePlan;
  /** Pins that do not move while they can be had. */
  readonly prefer: PackageSet;
  /** The image to ask for, where that is not `image` itself but the same one of another platform. */
  readonly elsewhere?: Elsewhere | undefined;
}

/**
 * What the package manager would install for a layer, dependencies included, each pinned: it is asked in the image that the
 * layer is put on. Throws LOCK_PACKAGE_UNKNOWN, LOCK_UNSOLVABLE, PACKAGE_GONE, PACKAGE_REFUSED.
 */
export async function resolvePackages(
  context: OperationContext,
  request: PackagesRequest,
  options: ResolvePackagesOptions,
): Promise<PackageSet> {
  const { image, prefer, elsewhere } = options;
  const { environment } = image;
  const { manager } = request;
  const placed = Object.entries(prefer).map((one) => placePreferred(one, manager));
  const failed = await downloadPackages(context, environment, { packages: placed });
  const refused = [...failed.values()].find((error) => isDevenvError(error, "PACKAGE_REFUSED"));
  if (refused !== undefined) throw refused;
  await requireRunNetwork(context, image);
  if (elsewhere !== undefined) await downloadInstalled(context, environment, elsewhere);
  await ensureBaseImage(context, options);
  const asked = elsewhere === undefined ? request.text : `${request.text} for ${elsewhere.architecture}`;
  const text = `resolving ${asked}`;
  return runStep(context, { environment, step: "resolve", text }, async () => {
    const report = readReport[manager](await askManager(context, request, { ...options, failed }));
    const packages = await pinAll(context, request, { report, prefer, failed });
    return { text: `${asked} resolved to ${Object.keys(packages).length} packages`, value: packages };
  });
}

async function downloadInstalled(context: OperationContext, environment: string, { installed }: Elsewhere) {
  const packages = Object.entries(installed).map(placeInstalled);
  const failed = await downloadPackages(context, environment, { packages });
  for (const error of failed.values()) throw error;
}

interface ResolverReport extends FailureReport {
  readonly files: readonly ResolvedFile[];
}

const readReport: Readonly<Record<PackageManager, (text: string) => ResolverReport>> = {
  apt: (text) => {
    const report = parseAptReport(text);
    return { ...report, files: resolveAptFiles(report) };
  },
  apk: (text) => {
    const report = parseApkReport(text);
    return { ...report, files: resolveApkFiles(report) };
  },
};

interface Answer {
  readonly report: ResolverReport;
  readonly prefer: PackageSet;
  readonly failed: FailedPackages;
}

/** Pins that were there stay as they were; one that no archive has any more is told with its own error. */
async function pinAll(
  context: OperationContext,
  { key, packages }: PackagesRequest,
  answer: Answer,
): Promise<PackageSet> {
  const { report, failed } = answer;
  const { failure, output, unknown, files } = report;
  if (failure === "unknown") throw devenvError("LOCK_PACKAGE_UNKNOWN", { key, names: unknown, output });
  if (failure !== undefined) throw firstOf(failed) ?? devenvError("LOCK_UNSOLVABLE", { key, output });
  const lost = files.filter((file) => isLost(file, answer)).map(({ name }) => name);
  const [first] = [...packages.filter((name) => lost.includes(name)), ...lost];
  const gone = first === undefined ? undefined : failed.get(first);
  if (gone !== undefined) throw gone;
  const pins: Record<string, PackagePin> = {};
  for (const file of files) {
    const { name } = file;
    if (pins[name] !== undefined) throw unsolvable(key, `\`${name}\` is wanted for two architectures`);
    pins[name] = choosePin(key, file, answer);
  }
  const met = files.flatMap(({ pin, address }) => (pin === undefined ? [] : [{ archive: pin.archive, address }]));
  if (met.length > 0) await rememberArchives(context.host.cacheDir, met);
  tellUnknownArchives(context, files);
  return pins;
}

/** Pinned to bytes that cannot be had, and the package manager does not have them either. */
function isLost(file: ResolvedFile, answer: Answer): boolean {
  return answer.failed.has(file.name) && keptPin(file, answer)?.sha256 !== file.pin?.sha256;
}

function keptPin({ name, version, architecture }: ResolvedFile, { prefer }: Answer): PackagePin | undefined {
  const pin = prefer[name];
  return pin?.version === version && pin.architecture === architecture ? pin : undefined;
}

function choosePin(key: string, file: ResolvedFile, answer: Answer): PackagePin {
  const chosen = keptPin(file, answer) ?? file.pin;
  if (chosen === undefined) throw unsolvable(key, file.trouble ?? file.name);
  return chosen;
}

/** A pin without its file is the likeliest reason why the others no longer fit together. */
function firstOf(failed: FailedPackages) {
  return [...failed.values()][0];
}

function unsolvable(key: string, reason: string) {
  return devenvError("LOCK_UNSOLVABLE", { key, output: [reason] });
}
