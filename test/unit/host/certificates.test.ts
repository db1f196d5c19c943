import { rootCertificates } from "node:tls";
import { describe, expect, it } from "vitest";
import { splitCertificates, withoutKnown } from "../../../src/host/certificates.ts";

const [first = "", second = ""] = rootCertificates.map(usual);

/** 64 columns, as OpenSSL writes them. */
function usual(pem: string): string {
  const body = pem.split("\n").slice(1, -1).join("").replace(/-.*/, "");
  return `-----BEGIN CERTIFICATE-----\n${body.replace(/.{1,64}/g, "$&\n")}-----END CERTIFICATE-----\n`;
}

describe("splitting PEM texts", () => {
  it("finds every certificate once, in order, whatever text is around", () => {
    const text = `# issuer: A\n${first}\n\n# issuer: B\n${second}\n`;
    expect(splitCertificates(text, first)).toEqual([first, second]);
  });

  const body = first.split("\n").slice(1, -2).join("");
  const wrap = (lines: string, newline = "\n") =>
    ["-----BEGIN CERTIFICATE-----", lines, "-----END CERTIFICATE-----", ""].join(newline);
  it.each([
    ["CRLF", first.replaceAll("\n", "\r\n")],
    ["one long line", wrap(body)],
    ["lines of 76 columns", wrap(body.replace(/.{76}/g, "$&\n"))],
    ["trailing blanks", first.replaceAll("\n", " \n")],
    ["no newline before the end mark", first.replace(/\n(-----END)/, "$1")],
  ])("brings %s into the usual form", (_form, text) => {
    expect(splitCertificates(text)).toEqual([first]);
  });

  it.each([
    ["no certificate", "hello"],
    ["one that is cut off", first.slice(0, 200)],
    ["an empty one", wrap("")],
    ["a private key", first.replaceAll("CERTIFICATE", "PRIVATE KEY")],
  ])("ignores %s", (_what, text) => expect(splitCertificates(text)).toEqual([]));
});

it("leaves out what is known", () => {
  expect(withoutKnown(["a", "b", "c"], ["b"])).toEqual(["a", "c"]);
});
