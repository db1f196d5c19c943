/** A BuildKit session: what the engine may ask of the client during one build, served on a connection of its own. */
import { randomUUID } from "node:crypto";
import type { Host } from "../../host/host.ts";
import { credentialsFor } from "../../host/registry/credentials.ts";
import type { BuildRequest } from "../engine.ts";
import { serveBuildFiles } from "./build-files.ts";
import type { Connection } from "./connection.ts";
import { GrpcError, type GrpcMethods, grpcStatus, serveGrpc, unary } from "./grpc.ts";
import { decodeFields, encodeFields, textField } from "./protobuf.ts";
import { sshAgentService } from "./ssh-agent.ts";

export interface BuildSessionOptions {
  readonly connection: Connection;
  readonly host: Host;
  readonly request: BuildRequest;
  /** What a build is called in an error: "build image `x`". */
  readonly action: string;
  /** Told why the engine could not be served: the build then fails with a text of the engine's own. */
  onFailure(error: unknown): void;
}

export interface BuildSession {
  readonly id: string;
  /** Resolves when the connection has ended, by either side. */
  readonly closed: Promise<void>;
  close(): void;
}

/**
 * Open a session. One build, one session: a second build on it would get the files of the first. The
 * context's key is stable over builds, so that the engine asks only for files that changed.
 */
export async function openBuildSession(options: BuildSessionOptions): Promise<BuildSession> {
  const id = randomUUID();
  const methods = sessionMethods(options);
  const socket = await options.connection.hijack({
    method: "POST",
    path: "/session",
    headers: {
      Upgrade: "h2c",
      "X-Docker-Expose-Session-Uuid": id,
      "X-Docker-Expose-Session-Name": "devenv",
      "X-Docker-Expose-Session-Sharedkey": options.request.contextKey,
      "X-Docker-Expose-Session-Grpc-Method": Object.keys(methods),
    },
    action: options.action,
    signal: options.request.signal,
  });
  const server = serveGrpc(socket, methods);
  const closed = new Promise<void>((resolve) => {
    server.once("close", resolve);
    socket.once("close", resolve);
  });
  const close = () => {
    server.destroy();
    socket.destroy();
  };
  return { id, closed, close };
}

function sessionMethods({ request, host, onFailure }: BuildSessionOptions): GrpcMethods {
  const sshAgent = host.env.SSH_AUTH_SOCK;
  return {
    // Answered always: an engine that hears nothing for 10 s gives the session up.
    "/grpc.health.v1.Health/Check": unary(() => encodeFields([[1, 1]])),
    "/moby.filesync.v1.FileSync/DiffCopy": serveBuildFiles({ ...request, onFailure }),
    "/moby.buildkit.secrets.v1.Secrets/GetSecret": unary((message) => {
      const id = textField(decodeFields(message), 1);
      const secret = Object.hasOwn(request.secrets, id) ? request.secrets[id] : undefined;
      if (secret === undefined) throw new GrpcError(grpcStatus.notFound, `secret ${id} not found`);
      return secret.length === 0 ? emptySecret : encodeFields([[1, secret]]);
    }),
    "/moby.filesync.v1.Auth/Credentials": unary(async (message) => {
      const registry = textField(decodeFields(message), 1);
      const { username, secret } = (await credentialsFor(registry, host).catch(rethrow(onFailure))) ?? nobody;
      return encodeFields([
        [1, username],
        [2, secret],
      ]);
    }),
    ...(sshAgent ? sshAgentService(sshAgent) : {}),
  };
}

/** The content's field, there and empty: left out, the engine would not mount the secret at all. */
const emptySecret = Buffer.from([0x0a, 0x00]);

const nobody = { username: "", secret: "" };

function rethrow(onFailure: (error: unknown) => void) {
  return (error: unknown): never => {
    onFailure(error);
    throw error;
  };
}
