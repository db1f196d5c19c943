/** An image reference, as Docker and OCI registries write it, in its parts. */
export interface ImageReference {
  /** Registry host, with its port when it has one: `docker.io`. */
  readonly registry: string;
  /** Path below the registry: `library/debian`. */
  readonly repository: string;
  readonly tag: string | undefined;
  /** `sha256:…`. */
  readonly digest: string | undefined;
}

const path = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const pattern = new RegExp(`^(${path}(?:/${path})*)(?::([\\w][\\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$`);
const defaultRegistry = "docker.io";

/** Parse a reference as people write it (`debian`, `ghcr.io/a/b:1@sha256:…`); undefined when it is none. */
export function parseImageReference(text: string): ImageReference | undefined {
  const [registry, rest] = splitRegistry(text);
  const parts = pattern.exec(rest);
  if (parts?.[1] === undefined) return undefined;
  const [, name, tag, digest] = parts;
  const repository = registry === defaultRegistry && !name.includes("/") ? `library/${name}` : name;
  return { registry, repository, tag: tag ?? (digest === undefined ? "latest" : undefined), digest };
}

/** The canonical form: registry, repository, tag and digest, with nothing left to a default. */
export function printImageReference({ registry, repository, tag, digest }: ImageReference): string {
  return `${registry}/${repository}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

/** The same image as a mirror serves it; unchanged when its registry has none. A mirror may name a path: `mirror.example.com/hub`. */
export function applyMirror(reference: string, registries: Readonly<Record<string, string>>): string {
  const [registry, rest] = splitRegistry(reference);
  const mirror = registries[registry];
  return mirror === undefined ? reference : `${mirror}/${rest}`;
}

function splitRegistry(text: string): [registry: string, rest: string] {
  const slash = text.indexOf("/");
  const first = text.slice(0, Math.max(slash, 0));
  const isHost = first.includes(".") || first.includes(":") || first === "localhost";
  return isHost ? [first, text.slice(slash + 1)] : [defaultRegistry, text];
}
