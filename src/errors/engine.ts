import { entry, printPlace, type SourcePlace } from "./entry.ts";
import { printSecretFiles, type SecretFile } from "./secret-files.ts";

/** Errors of the engine, of programs and of images. */
export const engineErrors = {
  ENGINE_UNREACHABLE: entry<{ address: string; reason: string }>({
    message: ({ address, reason }) => `No container engine answers at \`${address}\`: ${reason}`,
    hint: () => "run `devenv doctor --fix` to install and start one, or set DOCKER_HOST",
  }),
  ENGINE_FORBIDDEN: entry<{ address: string; user: string }>({
    message: ({ address, user }) => `User \`${user}\` may not use the container engine at \`${address}\``,
    hint: () => "run `devenv doctor --fix`, or add yourself to the group that owns the socket and log in again",
  }),
  ENGINE_FAILED: entry<{ action: string; status?: number | undefined; reason: string }>({
    message: ({ action, reason }) => `The container engine could not ${action}: ${reason}`,
    hint: () => "run `devenv doctor`",
  }),
  ENGINE_LOST: entry<{ action: string }>({
    message: ({ action }) => `The connection to the container engine broke while it was asked to ${action}`,
    hint: () => "see that the engine runs (`devenv doctor --fix` starts it), then run the command again",
  }),
  DOCKER_CONFIG_INVALID: entry<{ file: string; reason: string }>({
    message: ({ file, reason }) => `Docker's configuration \`${file}\` could not be read: ${reason}`,
    hint: ({ file }) => `mend \`${file}\`, or remove it and run \`docker login\` again`,
  }),
  CREDENTIALS_UNREADABLE: entry<{ program: string }>({
    message: ({ program }) => `The credential helper \`${program}\` did not answer with JSON`,
    hint: () => "run `docker login` for the registry, or remove the helper from Docker's `config.json`",
  }),
  CONTAINER_NAME_TAKEN: entry<{ name: string }>({
    message: ({ name }) => `A container named \`${name}\` exists already and is not one of this workspace`,
    hint: ({ name }) => `see what it is with \`docker inspect ${name}\`; remove it with \`docker rm --force ${name}\``,
  }),
  IMAGE_IN_USE: entry<{ reference: string }>({
    message: ({ reference }) => `Image \`${reference}\` is in use by a container`,
    hint: () => "remove the container first: `devenv down`",
  }),
  VOLUME_NAME_TAKEN: entry<{ name: string }>({
    message: ({ name }) => `Volume \`${name}\` is there already, and it is not devenv's`,
    hint: ({ name }) => `see what it holds, and remove it if nobody needs it: \`docker volume rm ${name}\``,
  }),
  VOLUME_IN_USE: entry<{ name: string }>({
    message: ({ name }) => `Volume \`${name}\` is in use by a container`,
    hint: ({ name }) => `see which one with \`docker ps --all --filter volume=${name}\``,
  }),
  CONTAINER_NOT_RUNNING: entry<{ container: string; state: string }>({
    message: ({ container, state }) => `Container \`${container}\` is not running: it is ${state}`,
    hint: () => "run `devenv up`",
  }),
  PROGRAM_MISSING: entry<{ program: string }>({
    message: ({ program }) => `The program \`${program}\` is not installed`,
    hint: () => "run `devenv doctor --fix`, or install it with your package manager",
  }),
  PROGRAM_FAILED: entry<{ program: string; exitCode: number; output: string }>({
    message: ({ program, exitCode, output }) =>
      `\`${program}\` failed with exit code ${exitCode}${output === "" ? "" : `:\n${output}`}`,
  }),
  BOOTSTRAP_FAILED: entry<BootstrapFailedDetails>({
    message: ({ suite, program, exitCode, output }) =>
      [
        `Base \`${suite}\` could not be bootstrapped: \`${program}\` failed with exit code ${exitCode}`,
        ...output.map((line) => `  | ${line}`),
      ].join("\n"),
    hint: ({ suite, mirror }) =>
      mirror === undefined
        ? `if its locked packages do not fit together, run \`devenv lock --update 'bootstrap(${suite})'\``
        : `see that \`${mirror}\` is reachable and has the suite, or set \`mirror\` in \`bootstrap(…)\``,
  }),
  BOOTSTRAP_UNSUPPORTED: entry<{ suite: string; platform: string }>({
    message: ({ suite, platform }) =>
      `Base \`${suite}\` can only be bootstrapped on Linux, and this machine runs \`${platform}\``,
    hint: () => 'use an image as base: `from: "debian:bookworm-slim"`',
  }),
  KEYRING_MISSING: entry<{ suite: string; file: string; package: string }>({
    message: ({ suite, file }) =>
      `Base \`${suite}\` cannot be verified: \`${file}\` with the distribution's signing keys is missing`,
    hint: (details) =>
      details.package.startsWith("debian")
        ? `run \`devenv doctor --fix\`, or install the package \`${details.package}\``
        : `install the package \`${details.package}\`, from http://archive.ubuntu.com/ubuntu/pool/main/u/ubuntu-keyring/ where this machine's distribution has none`,
  }),
  IMAGE_NOT_FOUND: entry<{ reference: string; reason: string }>({
    message: ({ reference, reason }) => `Image \`${reference}\` was not found: ${reason}`,
    hint: () =>
      "check the reference; behind a mirror set `registries` in the config; without any registry use `bootstrap({ suite })` as base",
  }),
  REGISTRY_DENIED: entry<{ reference: string; reason: string }>({
    message: ({ reference, reason }) => `The registry refused to give \`${reference}\`: ${reason}`,
    hint: ({ reference }) => `run \`docker login ${reference.split("/")[0]}\``,
  }),
  IMAGE_BUILD_FAILED: entry<BuildFailedDetails>({
    message: buildFailedMessage,
    hint: ({ configPlace }) =>
      configPlace === undefined
        ? undefined
        : `mend the layer at \`${printPlace(configPlace)}\` and run the command again`,
  }),
  IMAGE_HOLDS_SECRET: entry<{
    environment: string;
    /** Config key of the first layer that holds one. */
    key: string;
    place: SourcePlace | undefined;
    files: readonly SecretFile[];
  }>({
    message: ({ environment, key, place, files }) =>
      [
        `The image of environment \`${environment}\` was not kept: it would hold the value of a secret`,
        `  config      ${key}${place === undefined ? "" : ` (${printPlace(place)})`}`,
        ...printSecretFiles(files),
      ].join("\n"),
    hint: () =>
      "let the command read the secret from `/run/secrets` each time, or remove the file in the same layer; where other people could use this builder, change the secret: its cache has that layer",
  }),
  RUN_NETWORK_UNSUPPORTED: entry<RunNetworkDetails>({
    message: ({ key, place, network, product, version }) =>
      `\`${key}\`${place === undefined ? "" : ` (${printPlace(place)})`} runs with network \`${network}\`, which the builder of ${product === "docker" ? "Docker" : "Podman"} \`${version}\` cannot give`,
    hint: () => "use Docker 23.0 or newer (`devenv doctor` names yours), or leave out `network`",
  }),
  CONTEXT_CHANGED: entry<{ path: string }>({
    message: ({ path }) => `\`${path}\` changed while the image was built from it`,
    hint: () => "run the command again when nothing writes to the file",
  }),
  CONTEXT_UNREADABLE: entry<{ path: string; reason: string }>({
    message: ({ path, reason }) => `\`${path}\` could not be read while the image was built from it: ${reason}`,
    hint: ({ path }) => `see that \`${path}\` exists and that you may read it, then run the command again`,
  }),
  PORT_IN_USE: entry<{ port?: number | undefined; container: string; reason: string }>({
    message: ({ port, container, reason }) =>
      `Container \`${container}\` could not be started: port ${port ?? ""} is in use (${reason})`.replace("  ", " "),
    hint: () =>
      "stop what holds the port, or run `devenv up`, which gives the container another one where the config does not require it",
  }),
};

export interface RunNetworkDetails {
  /** Config key of the step. */
  readonly key: string;
  readonly place: SourcePlace | undefined;
  readonly network: string;
  readonly product: "docker" | "podman";
  readonly version: string;
}

export interface BuildFailedDetails {
  readonly tag: string;
  readonly reason: string;
  readonly output: readonly string[];
  readonly step?: string | undefined;
  readonly dockerfileLine?: number | undefined;
  readonly key?: string | undefined;
  readonly configPlace?: SourcePlace | undefined;
}

function buildFailedMessage(details: BuildFailedDetails): string {
  const { tag, reason, output, step, dockerfileLine, key, configPlace } = details;
  const where = [
    key === undefined
      ? undefined
      : `  config      ${key}${configPlace === undefined ? "" : ` (${printPlace(configPlace)})`}`,
    dockerfileLine === undefined ? undefined : `  Dockerfile  line ${dockerfileLine}`,
    step === undefined ? undefined : `  step        ${step}`,
  ];
  return [`Image \`${tag}\` could not be built: ${reason}`, ...where, ...output.map((line) => `  | ${line}`)]
    .filter((line) => line !== undefined)
    .join("\n");
}

export interface BootstrapFailedDetails {
  readonly suite: string;
  readonly program: string;
  readonly exitCode: number;
  readonly output: readonly string[];
  /** Undefined: only locked packages took part. */
  readonly mirror: string | undefined;
}
