/** What a BuildKit build reads from the client: the Dockerfile and the build context. */
import type { ContextEntry } from "../../plan/plan.ts";
import { modeFolder, modeLink } from "./buildkit-messages.ts";
import { readContextFile } from "./context-file.ts";
import { contextTimeNs, contextTree } from "./context-tree.ts";
import { type SyncEntry, sendTree } from "./file-sync.ts";
import { GrpcError, type GrpcMethod, grpcStatus } from "./grpc.ts";

export interface BuildFiles {
  readonly dockerfile: string;
  readonly context: readonly ContextEntry[];
  /** Told why a file could not be sent; the engine fails the build with a text of its own. */
  onFailure(error: unknown): void;
}

/**
 * Serve the Dockerfile and the context. All filtering has been done before: patterns that the engine
 * sends (`followpaths`) are not applied, since they may hold wildcards and a missed file is no error there.
 */
export function serveBuildFiles(files: BuildFiles): GrpcMethod {
  const trees = new Map([
    ["dockerfile", [dockerfileEntry(files.dockerfile)]],
    ["context", contextTree(files.context).map(syncEntry)],
  ]);
  let askedForIgnoreFile = false;
  return async (call) => {
    const folder = call.metadata("dir-name")[0] ?? "";
    const tree = trees.get(folder);
    if (tree === undefined) throw new GrpcError(grpcStatus.notFound, `no folder ${folder}`);
    // The first question for `.dockerignore` alone is the frontend's own, and the context is filtered already; a later one is a COPY.
    const paths = call.metadata("followpaths");
    const ignoreFileOnly = folder === "context" && paths.length === 1 && paths[0] === ".dockerignore";
    const answersNothing = ignoreFileOnly && !askedForIgnoreFile;
    askedForIgnoreFile ||= ignoreFileOnly;
    await sendTree(call, answersNothing ? [] : tree).catch((error: unknown) => {
      files.onFailure(error);
      throw error;
    });
  };
}

function syncEntry(entry: ContextEntry): SyncEntry {
  const stat = { path: entry.path, size: 0, modTimeNs: contextTimeNs(entry), linkname: "" };
  if (entry.kind === "folder") return { stat: { ...stat, mode: modeFolder + 0o755 } };
  if (entry.kind === "link") return { stat: { ...stat, mode: modeLink + 0o777, linkname: entry.target } };
  return { stat: { ...stat, mode: entry.mode & 0o777, size: entry.size }, read: () => readContextFile(entry) };
}

/** The time is now, since Docker 20.10 takes a Dockerfile of the same size and time as the one of the build before. */
function dockerfileEntry(dockerfile: string): SyncEntry {
  const content = Buffer.from(dockerfile);
  const modTimeNs = BigInt(Math.floor((performance.timeOrigin + performance.now()) * 1000)) * 1000n;
  return {
    stat: { path: "Dockerfile", mode: 0o644, size: content.length, modTimeNs, linkname: "" },
    async *read() {
      yield content;
    },
  };
}
