/** Package URLs: https://github.com/package-url/purl-spec. */

export interface PurlParts {
  readonly type: "apk" | "deb" | "generic" | "npm" | "oci";
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly version?: string | undefined;
  readonly qualifiers?: Readonly<Record<string, string | undefined>> | undefined;
}

/** The canonical form: qualifiers sorted, empty ones left out. */
export function printPurl({ type, namespace, name, version, qualifiers = {} }: PurlParts): string {
  const path = [namespace, name].filter((part) => part !== undefined).map(encode);
  const query = Object.entries(qualifiers)
    .flatMap(([key, value]) => (value === undefined || value === "" ? [] : [`${key}=${encode(value)}`]))
    .sort();
  const at = version === undefined ? "" : `@${encode(version)}`;
  return `pkg:${[type, ...path].join("/")}${at}${query.length === 0 ? "" : `?${query.join("&")}`}`;
}

/** All but letters, digits, `.-_~` and, as the specification wants it, the colon. */
function encode(text: string): string {
  const hex = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text)
    .replaceAll("%3A", ":")
    .replaceAll(/[!'()*]/g, hex);
}
