import { devenvError, isDevenvError } from "../../errors.ts";
import { readDockerConfig, type StoredLogin } from "../docker-config.ts";
import type { Host } from "../host.ts";

/** A login at a registry; an empty user name makes the secret an identity token. */
export interface RegistryCredentials {
  readonly username: string;
  readonly secret: string;
}

/**
 * What `docker login` stored for a registry host, from its credential helper or its `config.json`;
 * undefined when the user is not logged in there. `docker.io` is known by any of its names.
 */
export async function credentialsFor(registry: string, host: Host): Promise<RegistryCredentials | undefined> {
  const { auths = {}, credHelpers = {}, credsStore } = readDockerConfig(host);
  const key = storageKey(registry);
  const helper = credHelpers[key] ?? credHelpers[registry] ?? credsStore;
  if (helper) return askHelper(helper, key, host);
  const login = Object.entries(auths).find(([stored]) => stored === key || hostOf(stored) === key);
  return login === undefined ? undefined : readLogin(login[1]);
}

/** Header value that hands credentials to the engine. */
export function registryAuthHeader(registry: string, { username, secret }: RegistryCredentials): string {
  const login = username === "" ? { identitytoken: secret } : { username, password: secret };
  return Buffer.from(JSON.stringify({ ...login, serveraddress: storageKey(registry) })).toString("base64url");
}

const dockerHubNames: ReadonlySet<string> = new Set(["docker.io", "index.docker.io", "registry-1.docker.io"]);

function storageKey(registry: string): string {
  return dockerHubNames.has(registry) ? "https://index.docker.io/v1/" : registry;
}

function hostOf(stored: string): string {
  return stored.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
}

/** A helper fails for "not logged in" as for anything else; one that is not installed has nothing to tell. */
async function askHelper(helper: string, serverUrl: string, host: Host): Promise<RegistryCredentials | undefined> {
  const program = `docker-credential-${helper}`;
  try {
    const options = { input: serverUrl, allowFailure: true };
    const { exitCode, stdout } = await host.processes.run(program, ["get"], options);
    return exitCode === 0 ? readHelperAnswer(stdout, program) : undefined;
  } catch (error) {
    if (isDevenvError(error, "PROGRAM_MISSING")) return undefined;
    throw error;
  }
}

function readHelperAnswer(stdout: string, program: string): RegistryCredentials | undefined {
  try {
    const { Username = "", Secret } = JSON.parse(stdout) as { Username?: string; Secret?: string };
    return Secret ? { username: Username === "<token>" ? "" : Username, secret: Secret } : undefined;
  } catch {
    // neither the answer nor the parser's message: they may hold the secret
    throw devenvError("CREDENTIALS_UNREADABLE", { program });
  }
}

function readLogin({ auth, username, password, identitytoken }: StoredLogin): RegistryCredentials | undefined {
  if (identitytoken) return { username: "", secret: identitytoken };
  if (username && password) return { username, secret: password };
  const pair = Buffer.from(auth ?? "", "base64").toString();
  const colon = pair.indexOf(":");
  return colon <= 0 ? undefined : { username: pair.slice(0, colon), secret: pair.slice(colon + 1) };
}
