const secretName = /token|secret|signature|\bsig\b|password|passwd|auth|credential|api_?key|\bkey\b/i;

/** An address as it may be shown and stored: user, password and query values that look like secrets replaced by `***`. */
export function redactUrl(address: string): string {
  // with `/`, `#` or `?` in its password it is no address, and the password stands there all the same
  if (!URL.canParse(address)) return address.replace(/^([a-z][a-z0-9+.-]*:\/\/).*@/is, "$1***@");
  const url = new URL(address);
  const query = [...url.searchParams.keys()].filter((name) => secretName.test(name));
  if (url.username === "" && url.password === "" && query.length === 0) return address;
  if (url.username !== "" || url.password !== "") url.username = "***";
  url.password = "";
  for (const name of query) url.searchParams.set(name, "***");
  return url.href;
}
