/** The programs that devenv is held against; those that are not installed are left out. */
import { spawnSync } from "node:child_process";

export interface Peers {
  readonly docker: string;
  /** A docker client that builds with BuildKit: `docker` itself, or the distribution's where that one lacks buildx. */
  readonly builder: string;
  readonly compose: readonly string[] | undefined;
  readonly devcontainer: readonly string[] | undefined;
  /** For the table. */
  readonly versions: Readonly<Record<string, string>>;
  /** Names of those that are not installed, with how they are had. */
  readonly missing: readonly string[];
}

/** Environment variable that names the `devcontainer` program when it is not on PATH. */
const devcontainerVariable = "DEVENV_BENCH_DEVCONTAINER";

export function findPeers(): Peers {
  const docker = "docker";
  const compose = [docker, "compose"];
  const devcontainer = [process.env[devcontainerVariable] ?? "devcontainer"];
  const engine = answerOf([docker, "version", "--format", "{{.Client.Version}} (engine {{.Server.Version}})"]);
  if (engine === undefined) throw new Error("the bench needs the docker client and a running engine");
  const composeVersion = answerOf([...compose, "version", "--short"]);
  const devcontainerVersion = answerOf([...devcontainer, "--version"]);
  return {
    docker,
    builder: buildsWithBuildKit(docker) ? docker : "/usr/bin/docker",
    compose: composeVersion === undefined ? undefined : compose,
    devcontainer: devcontainerVersion === undefined ? undefined : devcontainer,
    versions: {
      node: process.version,
      docker: engine,
      ...(composeVersion === undefined ? {} : { "docker compose": composeVersion }),
      ...(devcontainerVersion === undefined ? {} : { "@devcontainers/cli": devcontainerVersion }),
    },
    missing: [
      ...(composeVersion === undefined ? ["docker compose: put docker-compose into ~/.docker/cli-plugins"] : []),
      ...(devcontainerVersion === undefined
        ? [`@devcontainers/cli: npm install it anywhere and set ${devcontainerVariable} to its bin/devcontainer`]
        : []),
    ],
  };
}

/** Clients from 23 on build by way of a plugin. */
function buildsWithBuildKit(docker: string): boolean {
  const version = answerOf([docker, "version", "--format", "{{.Client.Version}}"]) ?? "";
  return Number.parseInt(version, 10) < 23 || answerOf([docker, "buildx", "version"]) !== undefined;
}

/** Its first line of output, undefined when it is not there or fails. */
function answerOf([program = "", ...args]: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(program, args, { encoding: "utf8" });
  return status === 0 ? stdout.trim().split("\n")[0] : undefined;
}
