import { connect } from "node:net";
import { errnoOf } from "../../host/reason.ts";
import { printMessage, type SyncAnswer, type SyncRequest, splitLines } from "./messages.ts";

export interface AskOptions {
  readonly signal?: AbortSignal | undefined;
  /** An abort is no error: there is no answer then. */
  readonly isAbortFine?: boolean | undefined;
  onProgress?(progress: Extract<SyncAnswer, { kind: "progress" }>): void;
}

export type FinalAnswer = Exclude<SyncAnswer, { kind: "progress" }>;

/** Ask the process that syncs a workspace; undefined when there is none. */
export function ask(address: string, request: SyncRequest, options: AskOptions = {}): Promise<FinalAnswer | undefined> {
  const { signal, isAbortFine = false, onProgress } = options;
  return new Promise((resolve, reject) => {
    const socket = connect(address);
    const abort = () => socket.destroy(isAbortFine ? undefined : (signal?.reason as Error));
    signal?.addEventListener("abort", abort, { once: true });
    socket.setEncoding("utf8");
    socket.write(printMessage(request));
    socket.on(
      "data",
      splitLines((line) => {
        const answer = JSON.parse(line) as SyncAnswer;
        if (answer.kind === "progress") return onProgress?.(answer);
        resolve(answer);
        socket.destroy();
      }),
    );
    socket.on("error", (error) => {
      // the last two: it was killed before it answered
      const isAbsent = ["ENOENT", "ECONNREFUSED", "ECONNRESET", "EPIPE"].includes(errnoOf(error) ?? "");
      if (isAbsent) resolve(undefined);
      else reject(error);
    });
    // it ended before it answered
    socket.on("close", () => {
      signal?.removeEventListener("abort", abort);
      resolve(undefined);
    });
  });
}
