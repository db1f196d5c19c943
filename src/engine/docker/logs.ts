import type { LogOptions, LogStream } from "../containers.ts";
import type { Connection, EngineCall } from "./connection.ts";
import { demultiplex } from "./demultiplex.ts";

/** What a container's command printed; an abort ends the streams. */
export async function readLogs(connection: Connection, id: string, options: LogOptions): Promise<LogStream> {
  const { follow, tail, since, signal } = options;
  const call: EngineCall = {
    method: "GET",
    path: `/containers/${encodeURIComponent(id)}/logs`,
    query: { follow, stdout: true, stderr: true, tail: tail ?? "all", since },
    action: `read the logs of container \`${id}\``,
  };
  signal?.throwIfAborted();
  const answer = await connection.requestStream(call);
  const { stdout, stderr, ended } = demultiplex(answer, {
    explain: async (error) => (signal?.aborted ? undefined : connection.translate(error, call)),
  });
  const stop = () => void answer.destroy();
  signal?.addEventListener("abort", stop, { once: true });
  ended.catch(() => undefined).finally(() => signal?.removeEventListener("abort", stop));
  if (signal?.aborted) stop();
  return { stdout, stderr };
}
