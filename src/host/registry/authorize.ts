import type { Host } from "../host.ts";
import { isLoopback } from "./address.ts";
import { type Challenge, chooseChallenge } from "./challenge.ts";
import { credentialsFor, type RegistryCredentials } from "./credentials.ts";
import { type Answer, type GetOptions, get } from "./get.ts";

export interface LoginRequest {
  readonly host: Host;
  readonly registry: string;
  readonly repository: string;
  /** Header of the 401. */
  readonly challenge: string | readonly string[] | undefined;
  readonly transport: Pick<GetOptions, "dispatcher" | "signal">;
}

/**
 * The `Authorization` header that answers a registry's 401, with the login that Docker has stored;
 * undefined when none will do.
 */
export async function authorize(request: LoginRequest): Promise<string | undefined> {
  const challenge = chooseChallenge(request.challenge);
  if (challenge === undefined) return undefined;
  const credentials = await credentialsFor(request.registry, request.host);
  if (challenge.scheme === "basic") return basic(credentials);
  const token = await fetchToken(request, challenge, credentials);
  return token === undefined ? undefined : `Bearer ${token}`;
}

function basic(credentials: RegistryCredentials | undefined): string | undefined {
  if (credentials === undefined || credentials.username === "") return undefined;
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.secret}`).toString("base64")}`;
}

async function fetchToken(
  { registry, repository, transport }: LoginRequest,
  { parameters }: Challenge,
  credentials: RegistryCredentials | undefined,
): Promise<string | undefined> {
  const realm = URL.parse(parameters.realm ?? "");
  // a server may not have a password sent in the clear to wherever it likes
  if (realm === null || !(realm.protocol === "https:" || (isLoopback(realm.host) && isLoopback(registry)))) {
    return undefined;
  }
  const { service } = parameters;
  const fields = {
    ...(service === undefined ? {} : { service }),
    scope: parameters.scope ?? `repository:${repository}:pull`,
  };
  if (credentials?.username === "") {
    const form = { grant_type: "refresh_token", client_id: "devenv", refresh_token: credentials.secret, ...fields };
    return tokenOf(await get(realm.href, { ...transport, headers: {}, form }));
  }
  for (const [name, value] of Object.entries(fields)) realm.searchParams.set(name, value);
  const authorization = basic(credentials);
  const headers = authorization === undefined ? {} : { authorization };
  return tokenOf(await get(realm.href, { ...transport, headers }));
}

function tokenOf({ status, body }: Answer): string | undefined {
  if (status !== 200) return undefined;
  try {
    const { token, access_token: accessToken } = JSON.parse(body.toString()) as Record<string, unknown>;
    const value = token ?? accessToken;
    return typeof value === "string" && value !== "" ? value : undefined;
  } catch {
    return undefined;
  }
}
