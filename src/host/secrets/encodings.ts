/** How a value may be written elsewhere: each form as the bytes that stand there. */

/** As it is, and in all forms; what is written around it changes nothing of them. */
export function encodingsOf(value: Buffer): readonly Buffer[] {
  return [value, ...codesOf(value), ...escapesOf(value)];
}

/** In which no byte stays what it was. */
export function codesOf(value: Buffer): readonly Buffer[] {
  const hex = value.toString("hex");
  return bytesOf([...base64Of(value), hex, hex.toUpperCase()]);
}

/** In which only some characters are written in another way. */
export function escapesOf(value: Buffer): readonly Buffer[] {
  const text = value.toString("utf8");
  const isText = Buffer.from(text).equals(value);
  return bytesOf([...percentOf(value), ...(isText ? quotedOf(text) : [])]);
}

function bytesOf(forms: readonly string[]): readonly Buffer[] {
  return [...new Set(forms)].map((form) => Buffer.from(form, "latin1"));
}

/** Wherever it begins in what was encoded, as `user:VALUE` is for a web server; of the ends only what the value alone decides. */
function base64Of(value: Buffer): readonly string[] {
  const padded = value.toString("base64");
  const cores = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), value])
      .toString("base64")
      .replace(/=+$/, "");
    const isWhole = (before + value.length) % 3 === 0;
    return encoded.slice(before === 0 ? 0 : before + 1, isWhole ? undefined : -1);
  });
  const forms = [padded, padded.replace(/=+$/, ""), ...cores, ...lastLines(padded, [64, 76])];
  return forms.flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]);
}

/** The rest of an encoding that a program breaks into lines; those before are long enough to be known by themselves. */
function lastLines(encoded: string, widths: readonly number[]): readonly string[] {
  return widths.flatMap((width) => {
    const rest = encoded.length % width;
    return encoded.length > width && rest > 0 ? [encoded.slice(-rest), encoded.slice(-rest).replace(/=+$/, "")] : [];
  });
}

/** Bytes that stand for themselves: in what browsers, Python, Go and curl write, and in a whole address. */
const plainSets = ["-._~", "-_.!~*'()", "-._~/", "*-._", "-_.!~*'();/?:@&=+$,#"];

const hugeFrom = 64 * 1024;

function percentOf(value: Buffer): readonly string[] {
  const text = value.toString("latin1");
  if (/^[A-Za-z0-9._-]*$/.test(text)) return [];
  // of a huge value the parts without such a byte are found anyhow
  return plainSets.slice(0, text.length > hugeFrom ? 1 : undefined).flatMap((plain) =>
    [true, false].flatMap((isUpper) => {
      const encoded = percent(text, plain, isUpper);
      return [encoded, encoded.replaceAll("%20", "+")];
    }),
  );
}

function percent(text: string, plain: string, isUpper: boolean): string {
  return text.replace(/[^A-Za-z0-9]/g, (character) => {
    if (plain.includes(character)) return character;
    const code = character.charCodeAt(0).toString(16).padStart(2, "0");
    return `%${isUpper ? code.toUpperCase() : code}`;
  });
}

/** In JSON, as several programs write it, and in XML. */
function quotedOf(text: string): readonly string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const code = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const xml = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const forms = [
    json,
    json.replace(/[\u007f-\uffff]/g, code),
    json.replace(/[<>&\u2028\u2029]/g, code),
    json.replaceAll("/", "\\/"),
    // within a string of a JSON text that is itself a string
    JSON.stringify(json).slice(1, -1),
    xml,
    xml.replaceAll('"', "&quot;").replaceAll("'", "&#39;"),
  ];
  return forms.map((form) => Buffer.from(form).toString("latin1"));
}
