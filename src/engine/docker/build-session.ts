/** A BuildKit session: what the engine may ask of the client during one build, served on a connection of its own. */
import { randomUUID } from "node:crypto";
import type { BuildRequest } from "../engine.ts";
import { serveBuildFiles } from "./build-files.ts";
import type { Connection } from "./connection.ts";
import { GrpcError, type GrpcMethods, grpcStatus, serveGrpc, unary } from "./grpc.ts";
import { decodeFields, encodeFields, textField } from "./protobuf.ts";
import { sshAgentService } from "./ssh-agent.ts";

/** Who the engine says it is to a registry; an empty user name makes the secret a token. */
export interface BuildCredentials {
  readonly username: string;
  readonly secret: string;
}

export interface BuildSessionOptions {
  readonly request: BuildRequest;
  /** What a build is called in an error: "build image `x`". */
  readonly action: string;
  /** Socket of the user's ssh agent; undefined: builds get none. */
  readonly sshAgent: string | undefined;
  credentialsFor(host: string): Promise<BuildCredentials | undefined>;
  /** Told why a file of the context could not be sent. */
  onFileFailure(error: unknown): void;
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
export async function openBuildSession(connection: Connection, options: BuildSessionOptions): Promise<BuildSession> {
  const id = randomUUID();
  const methods = sessionMethods(options);
  const socket = await connection.hijack({
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

function sessionMethods({ request, sshAgent, credentialsFor, onFileFailure }: BuildSessionOptions): GrpcMethods {
  return {
    // Answered always: an engine that hears nothing for 10 s gives the session up.
    "/grpc.health.v1.Health/Check": unary(() => encodeFields([[1, 1]])),
    "/moby.filesync.v1.FileSync/DiffCopy": serveBuildFiles({ ...request, onFailure: onFileFailure }),
    "/moby.buildkit.secrets.v1.Secrets/GetSecret": unary((message) => {
      const id = textField(decodeFields(message), 1);
      const secret = Object.hasOwn(request.secrets, id) ? request.secrets[id] : undefined;
      if (secret === undefined) throw new GrpcError(grpcStatus.notFound, `secret ${id} not found`);
      return encodeFields([[1, secret]]);
    }),
    "/moby.filesync.v1.Auth/Credentials": unary(async (message) => {
      const credentials = await credentialsFor(textField(decodeFields(message), 1));
      return encodeFields([
        [1, credentials?.username ?? ""],
        [2, credentials?.secret ?? ""],
      ]);
    }),
    ...(sshAgent === undefined ? {} : sshAgentService(sshAgent)),
  };
}
