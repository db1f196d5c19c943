/** Passwords in the addresses of proxies, as they are written there and as they are meant: every program inside can print them. */
export function proxyPasswords(proxies: Readonly<Record<string, string>>): readonly Buffer[] {
  const passwords = Object.values(proxies).flatMap((address) => {
    const url = address.includes("://") ? address : `http://${address}`;
    const password = URL.canParse(url) ? new URL(url).password : "";
    return password === "" ? [] : [password, decoded(password)];
  });
  return [...new Set(passwords)].map((password) => Buffer.from(password));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
