import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { devenvError } from "../errors.ts";
import type { Host } from "./host.ts";
import { reasonOf } from "./reason.ts";

/** What devenv reads of the Docker client's `config.json`. */
export interface DockerConfig {
  readonly currentContext?: string;
  /** By registry: `https://index.docker.io/v1/`, `registry.example.com`. */
  readonly auths?: Readonly<Record<string, StoredLogin>>;
  /** Suffix of the `docker-credential-…` program for all registries. */
  readonly credsStore?: string;
  /** The same for single registries; wins over `credsStore`. */
  readonly credHelpers?: Readonly<Record<string, string>>;
}

export interface StoredLogin {
  /** base64 of `user:password`. */
  readonly auth?: string;
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
}

export function dockerConfigDir(host: Host): string {
  return host.env.DOCKER_CONFIG || join(host.home, ".docker");
}

/** The user's Docker client configuration, empty when there is none. */
export function readDockerConfig(host: Host): DockerConfig {
  return (readJson(join(dockerConfigDir(host), "config.json")) ?? {}) as DockerConfig;
}

/** An object from a JSON file, undefined when there is no such file; throws DOCKER_CONFIG_INVALID. */
export function readJson(file: string): object | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof value === "object" && value !== null) return value;
  } catch (error) {
    // the parser's message quotes what stands around the mistake, and passwords do
    const reason = error instanceof SyntaxError ? "it is not valid JSON" : reasonOf(error);
    throw devenvError("DOCKER_CONFIG_INVALID", { file, reason }, error);
  }
  throw devenvError("DOCKER_CONFIG_INVALID", { file, reason: "it holds no object" });
}
