/** A RUN instruction as devenv writes it. */
import { begin, finish, hostSecret, scriptFolder, stepFolder } from "./build-script.ts";
import { shellQuote } from "./quote.ts";

/** A folder or file of the build context that a step sees. */
export function bindMount(source: string, target: string): string {
  return `--mount=type=bind,source=${source},target=${target}`;
}

/** A folder in memory, in which other mounts leave no trace. */
export function tmpfsMount(target: string): string {
  return `--mount=type=tmpfs,target=${target}`;
}

/** A folder kept between builds and left out of the image. */
export function cacheMount(target: string, id: string): string {
  return `--mount=type=cache,id=${id},target=${target},sharing=locked`;
}

/**
 * A RUN that has the host's certificates and proxies while it runs and leaves in the layer nothing of
 * them, nor of the time. Where the command writes can be given, which is quicker than to search for it. The secret is mounted on every host, also where it is empty, so that all build the same.
 */
export function runStep(flags: readonly string[], command: string, places: readonly string[] = []): string {
  const mounts = [
    tmpfsMount(stepFolder),
    // in that folder, since its mount point elsewhere would leave the time of the step
    `--mount=type=secret,id=${hostSecret},target=${stepFolder}/host,mode=0444`,
    bindMount(scriptFolder, `${stepFolder}/build`),
    ...flags,
  ];
  const end = [finish, ...places.map(shellQuote)].join(" ");
  const head = `RUN ${mounts.join(" ")} \\\n   `;
  if (isOneLine(command)) return `${head} ${begin}; \\\n    (${command.startsWith("(") ? " " : ""}${command}); ${end}`;
  return `${head} ${JSON.stringify(["/bin/sh", "-c", `${begin}\n(\n${command}\n)\n${end}`])}`;
}

/** A step that also makes folders at its end, if its user may. */
export function alsoMaking(step: string, folders: readonly string[]): string {
  const words = folders.map((folder) => ` ${shellQuote(`--mkdir=${folder}`)}`).join("");
  if (!step.endsWith('"]')) return `${step}${words}`;
  return `${step.slice(0, -2)}${JSON.stringify(words).slice(1, -1)}"]`;
}

/** Several lines, a here-document or a trailing backslash would be read as Dockerfile syntax; a comment would hide what comes after it. */
function isOneLine(command: string): boolean {
  return !/[\r\n]|<<|\\$|(^|[\s;&|()])#/.test(command);
}
