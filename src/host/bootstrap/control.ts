import type { Host } from "../host.ts";

/** The control fields of package files, in their order. One program for all: starting one takes longer than what it does. */
export async function readControls(
  host: Pick<Host, "processes">,
  files: readonly string[],
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const script = 'for file; do dpkg-deb --field "$file" && echo || exit; done';
  const { stdout } = await host.processes.run("sh", ["-c", script, "sh", ...files], { signal });
  return stdout.split(/\n\n/).slice(0, files.length);
}
