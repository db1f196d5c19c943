/**
 * The line that says a Node version is too old, or undefined. Runs on any Node, so it uses nothing
 * that an old one lacks; the range is that of `engines` in package.json.
 */
export function nodeVersionProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  if (major >= 24 || (major === 22 && minor >= 18)) return undefined;
  return `devenv needs Node ^22.18 || >=24; this is v${version.replace(/^v/, "")}`;
}
