/** The names of what devenv makes in an engine: whose an image is stands in its name, for its labels go wherever it goes. */

/** Within the host part that no registry answers for. */
export interface ImageName {
  /**
   * `image`: what an environment is made of, the same for every project that describes it. `claim`: a project's
   * own name of such an image. `base`: its own name of a base that projects share.
   */
  readonly kind: "image" | "claim" | "base" | "snapshot" | "unchecked" | "replaced";
  readonly project: string;
  /** Of the project; undefined on an image, and on what an earlier version named. */
  readonly id?: string | undefined;
  /** Of a base its name below the shared one: `bootstrap:bookworm-0123456789ab`. */
  readonly name: string;
  readonly environment?: string | undefined;
}

const forms: readonly (readonly [ImageName["kind"], RegExp])[] = [
  ["image", /^(?<project>[^/]+)\/(?<environment>[^/]+):(?<name>[0-9a-f]{64})$/],
  ["claim", /^(?<project>[^/]+)\/devenv\/(?<id>[0-9a-f]{12})\/(?<environment>[^/]+):(?<name>[0-9a-f]{64})$/],
  [
    "replaced",
    /^(?<project>[^/]+)\/devenv\/(?<id>[0-9a-f]{12})\/(?<environment>[^/]+):(?<name>replaced-[0-9a-f]{12})$/,
  ],
  ["base", /^(?<project>[^/]+)\/devenv\/((?<id>[0-9a-f]{12})\/)?(?<name>(bootstrap|base):[^/]+-[0-9a-f]{12})$/],
  ["snapshot", /^(?<project>[^/]+)\/(?<environment>[^/]+)\/snapshots(\/(?<id>[0-9a-f]{12}))?:(?<name>[^/:]+)$/],
  ["unchecked", /^(?<project>[^/]+)\/(?<environment>[^/]+)\/unchecked(\/(?<id>[0-9a-f]{12}))?:(?<name>[^/:]+)$/],
];

/** Undefined for a name that devenv does not give. */
export function readImageName(tag: string): ImageName | undefined {
  // Podman may put a registry's name before a tag that has none
  const own = /(?:^|\/)localhost\/(.+)$/.exec(tag)?.[1];
  if (own === undefined) return undefined;
  for (const [kind, form] of forms) {
    const groups = form.exec(own)?.groups as Omit<ImageName, "kind"> | undefined;
    if (groups !== undefined) return { kind, ...groups };
  }
  return undefined;
}

interface ProjectName {
  readonly project: string;
  readonly id: string;
}

/** A project's own name of an image that may be others' too: as long as there is one, somebody uses the image. */
export function claimTag(
  { project, id }: ProjectName,
  { environment, fingerprint }: { readonly environment: string; readonly fingerprint: string },
): string {
  return `localhost/${project}/devenv/${id}/${environment}:${fingerprint}`;
}

const sharedPrefix = "localhost/devenv/";

/** A project's own name of a base that devenv made or pinned; undefined for others. */
export function baseClaimTag({ project, id }: ProjectName, baseTag: string): string | undefined {
  return baseTag.startsWith(sharedPrefix)
    ? `localhost/${project}/devenv/${id}/${baseTag.slice(sharedPrefix.length)}`
    : undefined;
}

/** What an image is called while another is built in its place. */
export function replacedTag({ project, id }: ProjectName, environment: string, imageId: string): string {
  return `localhost/${project}/devenv/${id}/${environment}:replaced-${imageId.replace("sha256:", "").slice(0, 12)}`;
}

/** Whether a name is the one under which projects share a base. */
export function isSharedBase(tag: string): boolean {
  return /^localhost\/devenv\/(bootstrap|base):[^/]+-[0-9a-f]{12}$/.test(tag);
}
