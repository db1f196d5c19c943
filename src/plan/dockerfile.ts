import { posix } from "node:path";
import type { ImageSpec, LayerSpec, RunLayer } from "../spec/spec.ts";
import type { LineOrigin } from "./plan.ts";
import { quoteCopySource, quoteEnv, shellExport, shellQuote } from "./quote.ts";

/** Build secret that holds the host's certificates and how to use them; empty on a host that has none of its own. */
export const hostSecret = "devenv-host";

/** Stands before every command of a RUN: uses what the host hands in, if it does. */
export const useHost = `[ ! -s /run/secrets/${hostSecret} ] || . /run/secrets/${hostSecret}`;

export interface Dockerfile {
  readonly text: string;
  readonly origins: readonly LineOrigin[];
}

export interface DockerfileInput {
  readonly image: ImageSpec;
  /** The image to build on, as the engine knows it. */
  readonly from: string;
  /** User that the base environment ends with, if it is an environment of this config with one. */
  readonly baseUser: string | undefined;
  /** Build context path of the tar of an archive layer. */
  archivePath(layer: LayerSpec): string;
}

/** Instructions that one config key made. */
interface Group {
  readonly key: string;
  readonly title: string;
  readonly instructions: readonly string[];
}

/** The Dockerfile of an image: one group of instructions a layer, each under a comment that names its config key. */
export function renderDockerfile(input: DockerfileInput): Dockerfile {
  const { image } = input;
  const groups: Group[] = [
    { key: `${image.key}.from`, title: "", instructions: [`FROM ${input.from}`] },
    ...(input.baseUser === undefined ? [] : [{ key: `${image.key}.from`, title: "", instructions: ["USER root"] }]),
    ...image.layers.map((layer) => renderLayer(layer, input)),
    ...renderUser(image, input.baseUser),
  ];
  return assemble(groups);
}

/** The part of a Dockerfile that counts: comments and empty lines do not. */
export function countedInstructions(layer: LayerSpec, input: Pick<DockerfileInput, "archivePath">): readonly string[] {
  return renderLayer(layer, input).instructions;
}

function assemble(groups: readonly Group[]): Dockerfile {
  const lines = ["# Made by devenv; each group of instructions comes from the config key above it."];
  const origins: LineOrigin[] = [];
  for (const { key, title, instructions } of groups) {
    lines.push("", `# ${key}${title === "" ? "" : `: ${title}`}`);
    const from = lines.length + 1;
    lines.push(...instructions.flatMap((instruction) => instruction.split("\n")));
    origins.push({ from, to: lines.length, key });
  }
  return { text: `${lines.join("\n")}\n`, origins };
}

function renderLayer(layer: LayerSpec, { archivePath }: Pick<DockerfileInput, "archivePath">): Group {
  const group = (title: string, ...instructions: string[]): Group => ({ key: layer.key, title, instructions });
  switch (layer.kind) {
    case "apt":
      return group("apt", renderApt(layer.packages));
    case "apk":
      return group("apk", renderRun([], `apk add --no-cache ${layer.packages.map(shellQuote).join(" ")}`));
    case "archive":
      return group("archive", `ADD ${archivePath(layer)} ${folder(layer.to)}`);
    case "copy":
      return group("copy", renderCopy(layer));
    case "run":
      return group("run", renderCommand(layer));
    case "env":
      return group("env", ...renderEnv(layer.env));
    case "dockerfile":
      return group("dockerfile", layer.text.trim());
  }
}

/** Package lists and archives stay in cache mounts: quicker builds, and nothing of them in the image. */
function renderApt(packages: readonly string[]): string {
  const mounts = ["/var/cache/apt", "/var/lib/apt/lists"].map((target) => cacheMount(target, `devenv-apt${target}`));
  const install = "DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends";
  return renderRun(mounts, `apt-get update && ${install} ${packages.map(shellQuote).join(" ")}`);
}

function renderCopy(layer: LayerSpec & { kind: "copy" }): string {
  const flags = [
    layer.owner === undefined ? undefined : `--chown=${layer.owner}`,
    layer.mode === undefined ? undefined : `--chmod=${layer.mode}`,
  ].filter((flag) => flag !== undefined);
  const to = layer.from.length > 1 ? folder(layer.to) : layer.to;
  const words = [...layer.from.map((path) => quoteCopySource(posix.normalize(path))), to];
  const plain = words.every((word) => /^[\w@%+=:,./-]+$/.test(word));
  return ["COPY", ...flags, plain ? words.join(" ") : JSON.stringify(words)].join(" ");
}

function renderCommand({ command, cache, secrets, env, workdir, network }: RunLayer): string {
  const flags = [
    ...(network === "default" ? [] : [`--network=${network}`]),
    ...cache.map((target) => cacheMount(target, `devenv${target}`)),
    ...secrets.map(({ name }) => `--mount=type=secret,id=${name},mode=0444,required=true`),
  ];
  const before = [
    ...secrets.filter(({ asEnv }) => asEnv).map(({ name }) => `export ${name}="$(cat /run/secrets/${name})"`),
    shellExport(env),
    workdir === undefined ? undefined : `cd ${shellQuote(workdir)} || exit 1`,
  ];
  const prelude = before.filter((line) => line !== undefined).map((line) => `${line}; `);
  return renderRun(flags, `${prelude.join("")}${command}`);
}

function renderEnv(variables: Readonly<Record<string, string>>): string[] {
  return Object.keys(variables)
    .sort()
    .map((name) => `ENV ${name}=${quoteEnv(variables[name] ?? "")}`);
}

function renderUser({ user, key }: ImageSpec, baseUser: string | undefined): Group[] {
  const last = user ?? baseUser;
  if (last === undefined) return [];
  const isMade = user !== undefined && user !== "root" && !/^\d+(:\d+)?$/.test(user);
  const name = shellQuote(user ?? "");
  const create = `id ${name} >/dev/null 2>&1 || useradd --create-home ${name} || adduser -D ${name}`;
  return [
    { key: `${key}.user`, title: "", instructions: [...(isMade ? [renderRun([], create)] : []), `USER ${last}`] },
  ];
}

/**
 * A RUN that has the host's certificates and proxies while it runs and leaves nothing of them in the
 * layer. The secret is mounted on every host, also where it is empty, so that all build the same.
 */
function renderRun(flags: readonly string[], command: string): string {
  const mounts = [`--mount=type=secret,id=${hostSecret},mode=0444`, "--mount=type=tmpfs,target=/run/devenv", ...flags];
  const head = `RUN ${mounts.join(" ")} \\\n   `;
  if (isOneLine(command)) return `${head} ${useHost}; \\\n    ${command}`;
  return `${head} ${JSON.stringify(["/bin/sh", "-c", `${useHost}\n${command}`])}`;
}

/** Several lines, a here-document or a trailing backslash would be read as Dockerfile syntax. */
function isOneLine(command: string): boolean {
  return !/[\r\n]|<<|\\$/.test(command);
}

function cacheMount(target: string, id: string): string {
  return `--mount=type=cache,id=${id},target=${target},sharing=locked`;
}

function folder(path: string): string {
  return path.endsWith("/") ? path : `${path}/`;
}
