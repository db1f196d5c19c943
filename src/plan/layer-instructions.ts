import type { PackageSet } from "../lock/lockfile.ts";
import type { ArchiveLayer, LayerSpec, RunLayer } from "../spec/spec.ts";
import { copyStep } from "./copy-layer.ts";
import { lockedPackagesStep } from "./packages.ts";
import { quoteEnv, shellExport, shellQuote } from "./quote.ts";
import { bindMount, cacheMount, printStep, type Step, tmpfsMount } from "./run-step.ts";

/** Raw Dockerfile lines, or a RUN of devenv's. */
export type Instruction = string | Step;

/** What a layer's instructions take from the build context. */
export interface LayerPlaces {
  /** Build context path of the tar of an archive layer. */
  archivePath(layer: LayerSpec): string;
  /** What a package layer is locked to. */
  lockedPackages(layer: LayerSpec): PackageSet | undefined;
}

export function printInstruction(instruction: Instruction, number?: number): string {
  return typeof instruction === "string" ? instruction : printStep(instruction, number);
}

/** What a layer makes by itself; its neighbours may bring some of it into one step. */
export function layerInstructions(layer: LayerSpec, places: LayerPlaces): readonly Instruction[] {
  switch (layer.kind) {
    case "apt":
    case "apk": {
      const locked = places.lockedPackages(layer);
      return [locked === undefined ? packagesStep(layer) : lockedPackagesStep(layer, locked)];
    }
    case "archive":
      return [archiveStep(layer, places.archivePath(layer))];
    case "copy":
      return [copyStep(layer)];
    case "run":
      return commandSteps(layer);
    case "env":
      return printVariables(layer.env);
    case "dockerfile":
      return [layer.text.trim()];
  }
}

/** Package lists and archives stay in cache mounts: quicker builds, and nothing of them in the image. */
function packagesStep(layer: LayerSpec & { readonly kind: "apt" | "apk" }): Step {
  const packages = layer.packages.map(shellQuote).join(" ");
  if (layer.kind === "apk") return { flags: [], command: `apk add --no-cache ${packages}` };
  const covers = ["/var/cache/apt", "/var/lib/apt/lists"];
  const flags = covers.map((target) => cacheMount(target, `devenv-apt${target}`));
  const install = "DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends";
  return { flags, covers, command: `make_man_folders && apt-get update && ${install} ${packages} && drop_host_keys` };
}

/** By the image's own tar: ADD would give the parent folders the time of the build. */
function archiveStep({ to }: ArchiveLayer, path: string): Step {
  const tar = "/run/devenv/archive.tar";
  const folder = shellQuote(to);
  const command = `mkdir -p ${folder} && tar -xf ${tar} -C ${folder}`;
  return { flags: [bindMount(path, tar)], command, places: [to] };
}

/** The mount points of caches are made before, in a step of their own or the one before: the one that mounts them cannot set their time. */
function commandSteps({ command, cache, secrets, env, workdir, network }: RunLayer): readonly Step[] {
  const secretsFolder = secrets.length === 0 ? [] : ["/run/secrets"];
  const flags = [
    ...(network === "default" ? [] : [`--network=${network}`]),
    ...cache.map((target) => cacheMount(target, `devenv${target}`)),
    ...secretsFolder.map(tmpfsMount),
    ...secrets.map(({ name }) => `--mount=type=secret,id=${name},mode=0444,required=true`),
  ];
  const before = [
    ...secrets.filter(({ asEnv }) => asEnv).map(({ name }) => `export ${name}="$(cat /run/secrets/${name})"`),
    shellExport(env),
    workdir === undefined ? undefined : `cd ${shellQuote(workdir)} || exit 1`,
  ];
  const prelude = before.filter((line) => line !== undefined).map((line) => `${line}; `);
  const step = { flags, covers: [...cache, ...secretsFolder], command: `${prelude.join("")}${command}` };
  if (cache.length === 0) return [step];
  return [{ flags: [], command: `mkdir -p ${cache.map(shellQuote).join(" ")} || true`, places: cache }, step];
}

function printVariables(variables: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(variables)
    .sort()
    .map((name) => `ENV ${name}=${quoteEnv(variables[name] ?? "")}`);
}
