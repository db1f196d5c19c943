/** The secrets that a container has, whatever their sources on the host say by now. */
import { secretsFolder } from "../plan/container.ts";
import type { Engine } from "./engine.ts";

/** What no secret is as large as; something inside may have made such a file. */
const mostBytes = 64 * 1024 * 1024;

/** For each file a line with its name and size, then its content. */
const script = `cd ${secretsFolder} 2>/dev/null || exit 0
for f in *; do
  [ -f "$f" ] && [ -r "$f" ] || continue
  printf '%s %s\\n' "$f" "$(wc -c < "$f")" && cat "$f"
done`;

/** By name; of a container that runs, and has a shell. */
export async function givenSecrets({ containers }: Engine, id: string): Promise<ReadonlyMap<string, Buffer>> {
  const running = await containers.exec(id, { command: ["/bin/sh", "-c", script] });
  running.stdin.end();
  running.stderr.resume();
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of running.stdout as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > mostBytes) break;
  }
  return readFiles(Buffer.concat(chunks));
}

function readFiles(output: Buffer): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (let at = 0; at < output.length; ) {
    const lineEnd = output.indexOf("\n", at);
    const [, name, size] = /^(.*) +(\d+)$/.exec(output.toString("utf8", at, Math.max(at, lineEnd))) ?? [];
    if (name === undefined) break;
    at = lineEnd + 1 + Number(size);
    files.set(name, output.subarray(lineEnd + 1, at));
  }
  return files;
}
