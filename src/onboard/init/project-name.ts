/** A project name that a config may have, near to the one given: `@acme/Web Shop` → `web-shop`. */
export function projectName(given: string): string {
  const name = given
    .replace(/^@[^/]*\//, "")
    .toLowerCase()
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .replace(/[^a-z0-9._-]+|[._-]{2,}/g, "-")
    .replace(/-{2,}/g, "-")
    .slice(0, 100)
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, "");
  return name === "" ? "project" : name;
}
