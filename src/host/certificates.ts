/** A certificate as PEM in its usual form: 64 columns, LF. Equal text is an equal certificate, and nothing is parsed. */
export type Certificate = string;

/** The certificates in PEM texts, each once; text around them is ignored. */
export function splitCertificates(...texts: readonly string[]): readonly Certificate[] {
  const blocks = [...new Set(texts)].flatMap((text) => text.split(begin).slice(1));
  return [...new Set(blocks.map(readBlock))].filter((certificate) => certificate !== "");
}

/** Those of `certificates` that are not among `known`. */
export function withoutKnown(
  certificates: readonly Certificate[],
  known: readonly Certificate[],
): readonly Certificate[] {
  const knownSet = new Set(known);
  return certificates.filter((certificate) => !knownSet.has(certificate));
}

const begin = "-----BEGIN CERTIFICATE-----";
const end = "-----END CERTIFICATE-----";
const columns = 64;

/** Empty when the block has no end or holds nothing. */
function readBlock(text: string): Certificate {
  const body = text.slice(0, Math.max(0, text.indexOf(end)));
  if (body.trim() === "") return "";
  const lines = hasUsualForm(body) ? body : `\n${body.replace(/\s+/g, "").replace(/.{1,64}/g, "$&\n")}`;
  return `${begin}${lines}${end}\n`;
}

/** Those of files almost all have it, and rewriting a whole bundle would be most of the time of reading it. */
function hasUsualForm(body: string): boolean {
  if (body.includes("\r") || body.includes(" ") || !body.endsWith("\n")) return false;
  for (let place = 0; place < body.length - 1; place += columns + 1) {
    const next = body.indexOf("\n", place + 1);
    if (body[place] !== "\n" || next !== Math.min(place + columns + 1, body.length - 1)) return false;
  }
  return true;
}
