import type { LogOptions, LogStream } from "../engine.ts";
import type { Connection, EngineCall } from "./connection.ts";
import { demultiplex } from "./demultiplex.ts";

/** What a container's command printed; an abort ends the streams. */
export async function readLogs(connection: Connection, id: string, options: LogOptions): Promise<LogStream> {
  const { follow, tail, signal } = options;
  const call: EngineCall = {
    method: "GET",
    path: `/containers/${encodeURIComponent(id)}/logs`,
    query: { follow, stdout: true, stderr: true, tail: tail ?? "all" },
    action: `read the logs of container \`${id}\``,
  };
  signal?.throwIfAborted();
  const answer = await connection.requestStream(call);
  const streams = demultiplex(answer, { translate: (error) => connection.translate(error, call) });
  const stop = () => {
    streams.stdout.push(null);
    streams.stderr.push(null);
    answer
      .removeAllListeners()
      .on("error", () => undefined)
      .destroy();
  };
  signal?.addEventListener("abort", stop, { once: true });
  answer.once("close", () => signal?.removeEventListener("abort", stop));
  if (signal?.aborted) stop();
  return streams;
}
