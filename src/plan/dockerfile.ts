import type { PackageSet } from "../lock/lockfile.ts";
import type { ArchiveLayer, ImageSpec, LayerSpec, RunLayer } from "../spec/spec.ts";
import { renderCopy } from "./copy-layer.ts";
import { renderLockedPackages } from "./packages.ts";
import type { LineOrigin } from "./plan.ts";
import { quoteEnv, shellExport, shellQuote } from "./quote.ts";
import { alsoMaking, bindMount, cacheMount, runStep, tmpfsMount } from "./run-step.ts";
import { skeletonPath } from "./skeleton.ts";

export interface Dockerfile {
  readonly text: string;
  readonly origins: readonly LineOrigin[];
}

export interface DockerfileInput extends LayerPlaces {
  readonly image: ImageSpec;
  /** The image to build on, as the engine knows it. */
  readonly from: string;
  /** User that the base environment ends with, if it is an environment of this config with one. */
  readonly baseUser: string | undefined;
}

/** What a layer's instructions take from the build context. */
export interface LayerPlaces {
  /** Build context path of the tar of an archive layer. */
  archivePath(layer: LayerSpec): string;
  /** What a package layer is locked to. */
  lockedPackages(layer: LayerSpec): PackageSet | undefined;
}

/** Instructions that one config key made. */
interface Group {
  readonly key: string;
  readonly title: string;
  readonly instructions: readonly string[];
  /** Runs as the base's own user, and has to run as root. */
  readonly needsRoot?: true;
}

/** The Dockerfile of an image: one group of instructions a layer, each under a comment that names its config key. */
export function renderDockerfile(input: DockerfileInput): Dockerfile {
  const { image } = input;
  const users = usersOf(input);
  const rendered = image.layers.map((layer) => renderLayer(layer, input));
  return assemble([
    { key: `${image.key}.from`, title: "", instructions: renderFrom(input) },
    ...foldMountPoints(rendered, image.layers, users).map((group, index) => asRoot(group, users[index])),
    ...renderUser(image, input.baseUser, users.at(-1)),
  ]);
}

/** The part of a Dockerfile that counts: comments and empty lines do not. */
export function countedInstructions(layer: LayerSpec, places: LayerPlaces): readonly string[] {
  return renderLayer(layer, places).instructions;
}

/** A base environment has the skeleton already. */
function renderFrom({ image, from, baseUser }: DockerfileInput): string[] {
  return [
    `FROM ${from}`,
    ...(baseUser === undefined ? [] : ["USER root"]),
    ...(image.from.kind === "environment" ? [] : [`ADD ${skeletonPath} /`]),
  ];
}

/** The user before each layer and, last, after all; undefined: that of the base, which only the engine knows. */
function usersOf({ image, baseUser }: DockerfileInput): readonly (string | undefined)[] {
  const users = [baseUser !== undefined || image.from.kind === "bootstrap" ? "root" : undefined];
  for (const layer of image.layers) {
    const named = layer.kind === "dockerfile" ? [...layer.text.matchAll(/^\s*USER\s+(\S+)/gim)].at(-1)?.[1] : undefined;
    users.push(named ?? users.at(-1));
  }
  return users;
}

/** Steps of devenv's own, which need root whoever the user is. */
const ownSteps: ReadonlySet<string> = new Set<LayerSpec["kind"]>(["apt", "apk", "archive", "copy"]);

function asRoot(group: Group, user: string | undefined): Group {
  if (user === "root" || !ownSteps.has(group.title)) return group;
  if (user === undefined) return { ...group, needsRoot: true };
  return { ...group, instructions: ["USER root", ...group.instructions, `USER ${user}`] };
}

/** A step takes about a second, so the one before makes the mount points of caches where it is devenv's own. */
function foldMountPoints(
  groups: readonly Group[],
  layers: readonly LayerSpec[],
  users: readonly (string | undefined)[],
): readonly Group[] {
  const folded = [...groups];
  layers.forEach((layer, index) => {
    if (layer.kind !== "run" || layer.cache.length === 0) return;
    const before = layers.findLastIndex(({ kind }, place) => place < index && kind !== "env");
    const kind = layers[before]?.kind ?? "dockerfile";
    const makesThemAlike = kind === "run" || (ownSteps.has(kind) && (users[index] ?? "root") === "root");
    const [group, own] = [folded[before], folded[index]];
    if (!makesThemAlike || group === undefined || own === undefined) return;
    const [step = ""] = group.instructions.slice(-1);
    folded[before] = { ...group, instructions: [...group.instructions.slice(0, -1), alsoMaking(step, layer.cache)] };
    folded[index] = { ...own, instructions: own.instructions.slice(1) };
  });
  return folded;
}

function assemble(groups: readonly Group[]): Dockerfile {
  const lines = ["# Made by devenv; each group of instructions comes from the config key above it."];
  const origins: LineOrigin[] = [];
  for (const { key, title, instructions, ...rest } of groups) {
    lines.push("", `# ${key}${title === "" ? "" : `: ${title}`}`);
    const from = lines.length + 1;
    lines.push(...instructions.flatMap((instruction) => instruction.split("\n")));
    origins.push({ from, to: lines.length, key, ...rest });
  }
  return { text: `${lines.join("\n")}\n`, origins };
}

function renderLayer(layer: LayerSpec, { archivePath, lockedPackages }: LayerPlaces): Group {
  const group = (...instructions: string[]): Group => ({ key: layer.key, title: layer.kind, instructions });
  switch (layer.kind) {
    case "apt":
    case "apk": {
      const locked = lockedPackages(layer);
      return group(locked === undefined ? renderPackages(layer) : renderLockedPackages(layer, locked));
    }
    case "archive":
      return group(renderArchive(layer, archivePath(layer)));
    case "copy":
      return group(renderCopy(layer));
    case "run":
      return group(...renderCommand(layer));
    case "env":
      return group(...renderEnv(layer.env));
    case "dockerfile":
      return group(layer.text.trim());
  }
}

/** Package lists and archives stay in cache mounts: quicker builds, and nothing of them in the image. */
function renderPackages(layer: LayerSpec & { readonly kind: "apt" | "apk" }): string {
  const packages = layer.packages.map(shellQuote).join(" ");
  if (layer.kind === "apk") return runStep([], `apk add --no-cache ${packages}`);
  const mounts = ["/var/cache/apt", "/var/lib/apt/lists"].map((target) => cacheMount(target, `devenv-apt${target}`));
  const install = "DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends";
  return runStep(mounts, `apt-get update && ${install} ${packages} && drop_host_keys`);
}

/** By the image's own tar: ADD would give the parent folders the time of the build. */
function renderArchive({ to }: ArchiveLayer, path: string): string {
  const tar = "/run/devenv/archive.tar";
  const folder = shellQuote(to);
  return runStep([bindMount(path, tar)], `mkdir -p ${folder} && tar -xf ${tar} -C ${folder}`, [to]);
}

/** The mount points of caches are made before, in a step of their own or the one before: the one that mounts them cannot set their time. */
function renderCommand({ command, cache, secrets, env, workdir, network }: RunLayer): string[] {
  const flags = [
    ...(network === "default" ? [] : [`--network=${network}`]),
    ...cache.map((target) => cacheMount(target, `devenv${target}`)),
    ...(secrets.length === 0 ? [] : [tmpfsMount("/run/secrets")]),
    ...secrets.map(({ name }) => `--mount=type=secret,id=${name},mode=0444,required=true`),
  ];
  const before = [
    ...secrets.filter(({ asEnv }) => asEnv).map(({ name }) => `export ${name}="$(cat /run/secrets/${name})"`),
    shellExport(env),
    workdir === undefined ? undefined : `cd ${shellQuote(workdir)} || exit 1`,
  ];
  const prelude = before.filter((line) => line !== undefined).map((line) => `${line}; `);
  return [
    ...(cache.length === 0 ? [] : [runStep([], `mkdir -p ${cache.map(shellQuote).join(" ")} || true`, cache)]),
    runStep(flags, `${prelude.join("")}${command}`),
  ];
}

function renderEnv(variables: Readonly<Record<string, string>>): string[] {
  return Object.keys(variables)
    .sort()
    .map((name) => `ENV ${name}=${quoteEnv(variables[name] ?? "")}`);
}

function renderUser({ user, key }: ImageSpec, baseUser: string | undefined, before: string | undefined): Group[] {
  const last = user ?? baseUser;
  if (last === undefined) return [];
  const isMade = user !== undefined && user !== "root" && !/^\d+(:\d+)?$/.test(user);
  const name = shellQuote(user ?? "");
  const create = `id ${name} >/dev/null 2>&1 || useradd --create-home ${name} || adduser -D ${name}`;
  const make = isMade ? [...(before === "root" ? [] : ["USER root"]), runStep([], create)] : [];
  return [{ key: `${key}.user`, title: "", instructions: [...make, `USER ${last}`] }];
}
