/** What a registry asks for with status 401: `WWW-Authenticate`. */
export interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The challenge that can be answered, tokens before passwords; undefined when there is none. */
export function chooseChallenge(header: string | readonly string[] | undefined): Challenge | undefined {
  const challenges = [header ?? []].flat().flatMap(parseChallenges);
  return (
    challenges.find(({ scheme, parameters }) => scheme === "bearer" && parameters.realm !== undefined) ??
    challenges.find(({ scheme }) => scheme === "basic")
  );
}

/** A scheme is a word that no `=` follows; all until the next one is its parameters. */
const schemePattern = /(?:^|,)\s*([A-Za-z]+)(?=\s+[A-Za-z]+\s*=|\s*(?:,|$))/g;
const parameterPattern = /([A-Za-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g;

function parseChallenges(header: string): readonly Challenge[] {
  const schemes = [...maskQuoted(header).matchAll(schemePattern)];
  return schemes.map((match, index) => {
    const parameters = header.slice(match.index + match[0].length, schemes[index + 1]?.index);
    return { scheme: (match[1] ?? "").toLowerCase(), parameters: parseParameters(parameters) };
  });
}

/** Of the same length, so that places in it are places in the header. */
function maskQuoted(header: string): string {
  return header.replace(/"(?:[^"\\]|\\.)*"/g, (quoted) => "_".repeat(quoted.length));
}

function parseParameters(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...text.matchAll(parameterPattern)].map(([, name = "", quoted, plain]) => [
      name.toLowerCase(),
      quoted?.replace(/\\(.)/g, "$1") ?? plain ?? "",
    ]),
  );
}
