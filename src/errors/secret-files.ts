/** Files in which the value of a secret was found, as errors tell them. */

/** Paths that an error names at most. */
const mostPaths = 20;

export interface SecretFile {
  /** Inside the container. */
  readonly path: string;
  /** Name of the secret. */
  readonly secret: string;
  /** What of the file holds it, where it is not its content. */
  readonly in?: "name" | "target" | "attribute";
}

const words = { name: "name", target: "link's target", attribute: "extended attribute" };

/** A line for each, and one for those that are too many. */
export function printSecretFiles(files: readonly SecretFile[]): readonly string[] {
  const shown = files.slice(0, mostPaths).map(({ path, secret, in: place }) => {
    const where = place === undefined ? "" : ` in its ${words[place]}`;
    return `  \`${path}\` holds secret \`${secret}\`${where}`;
  });
  const more = files.length - shown.length;
  return [...shown, ...(more > 0 ? [`  and ${more} more`] : [])];
}
