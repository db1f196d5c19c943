import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { devenvError } from "../errors.ts";
import type { Host } from "./host.ts";

export interface NpmRequest {
  /** `npm:NAME@VERSION`, an exact version. */
  readonly url: string;
  /** Empty folder to put the package into. */
  readonly folder: string;
  readonly host: Pick<Host, "processes">;
  readonly certificates?: string | undefined;
  readonly cwd?: string | undefined;
  readonly key?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const packageUrl = /^npm:((?:@[\w.~-]+\/)?[\w.~][\w.~-]*)@(\d+\.\d+\.\d+(?:[-+][\w.+-]+)?)$/;

/**
 * Fetch a package's archive with the user's own `npm`, so that registries, tokens, proxies and certificates of
 * `.npmrc` count; npm checks it against the registry's integrity. Returns the file. Throws DOWNLOAD_FAILED, PROGRAM_MISSING.
 */
export async function packNpmPackage(request: NpmRequest): Promise<string> {
  const { url, folder, host, cwd, signal } = request;
  const [, name, version] = packageUrl.exec(url) ?? [];
  if (name === undefined) throw failed(request, "address", "it is not of the form `npm:NAME@VERSION`");
  const options = ["--json", "--ignore-scripts", "--no-update-notifier", "--loglevel=error"];
  const args = ["pack", ...options, `--pack-destination=${folder}`, "--", `${name}@${version}`];
  const output = await host.processes.run("npm", args, { cwd: cwd ?? folder, signal, allowFailure: true });
  signal?.throwIfAborted();
  const [file] = await readdir(folder);
  if (output.exitCode !== 0 || file === undefined) {
    throw failed(request, "package", failureText(output.stdout) ?? (output.stderr.trim() || "`npm pack` gave no file"));
  }
  return join(folder, file);
}

/** npm's own account of a failure, as it prints it with `--json`. */
function failureText(stdout: string): string | undefined {
  try {
    const { error } = JSON.parse(stdout) as { error?: { code?: string; summary?: string } };
    return [error?.code, error?.summary].filter(Boolean).join(": ") || undefined;
  } catch {
    return undefined;
  }
}

function failed({ key, url }: NpmRequest, trouble: "address" | "package", reason: string) {
  return devenvError("DOWNLOAD_FAILED", { key, url, reason, trouble });
}
