import { Readable } from "node:stream";
import { text as readText } from "node:stream/consumers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../../src/digest.ts";
import { openRedaction } from "../../../src/host/redact.ts";

function hiding(values: readonly (string | Uint8Array)[]) {
  const redaction = openRedaction();
  redaction.add(values.map((value) => Buffer.from(value)));
  return redaction;
}

const redact = (values: readonly string[], text: string) => hiding(values).text(text);

it.each<[string, readonly string[], string, string]>([
  ["a value wherever it stands", ["hunter2"], "a=hunter2&b=xhunter2x", "a=***&b=x***x"],
  ["a value that holds another one, whole", ["hunter", "hunter2"], "hunter2 hunter", "*** ***"],
  ["values that overlap, whole", ["abcdef", "defghi"], "abcdefghi", "***"],
  ["a value with the letters of a pattern", ["a.b*(c"], "a.b*(c aXb", "*** aXb"],
  ["a value without the end of its line", ["hunter2\n"], "pass hunter2!", "pass ***!"],
  ["each long line of a value, and no short one", ["BEGIN\nabcd\n}\n"], "{ abcd } BEGIN", "{ *** } ***"],
  ["the base64 of a value", ["hunter2"], "Basic aHVudGVyMg==", "Basic ***"],
  ["nothing for an empty value", [""], "text", "text"],
  ["nothing for a value under four bytes", ["abc"], "abc abc", "abc abc"],
  ["nothing without values", [], "text", "text"],
  ["text that is not ASCII around a value", ["hunter2"], "ä→hunter2→ö", "ä→***→ö"],
])("hides %s", (_, values, text, expected) => {
  expect(redact(values, text)).toBe(expected);
});

describe("a value in another form", () => {
  const value = "pä ss/w+rd?&=~'\"\\<$1>*";
  const json = JSON.stringify(value).slice(1, -1);
  const base64 = (before: string, after = "") => Buffer.from(before + value + after).toString("base64");
  const url = (text: string) => text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  it.each([
    ["base64", base64("")],
    ["base64 after one byte", base64("u", "\n")],
    ["base64 after two bytes", base64("u:", "\n")],
    ["basic auth of a user", base64("ada:")],
    ["base64 for addresses", url(base64("??", "?"))],
    ["hexadecimal", Buffer.from(value).toString("hex")],
    ["hexadecimal in capitals", Buffer.from(value).toString("hex").toUpperCase()],
    ["a component of an address", encodeURIComponent(value)],
    ["an address in small letters", encodeURIComponent(value).replace(/%../g, (code) => code.toLowerCase())],
    ["a form field", new URLSearchParams({ a: value }).toString()],
    ["an address", encodeURI(value)],
    ["JSON", json],
    ["JSON in ASCII", json.replace("ä", "\\u00e4")],
    ["JSON in JSON", JSON.stringify(JSON.stringify({ a: value }))],
    ["XML", value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")],
  ])("is hidden: %s", (_, form) => {
    const shown = redact([value], `before ${form} after`);
    expect(shown).toMatch(/^before .{0,11}\*\*\*.{0,6} after$/);
    expect(shown.length).toBeLessThan(35);
  });
});

describe("a long value", () => {
  const random = (count: number) =>
    Buffer.concat(Array.from({ length: count }, (_, index) => Buffer.from(sha256(`${index}`), "hex")));
  const key = random(60);
  const pem = `-----BEGIN PRIVATE KEY-----\n${key.toString("base64").replace(/.{64}/g, "$&\n")}\n-----END PRIVATE KEY-----\n`;

  it("is hidden by its lines, and in base64 that is broken into lines, to the last one", () => {
    const middle = pem.split("\n")[20] ?? "";
    expect(redact([pem], `x ${middle} y ${middle.slice(5, 50)} z`)).toBe("x *** y *** z");
    for (const width of [64, 76]) {
      const broken = Buffer.from(pem)
        .toString("base64")
        .replace(new RegExp(`.{${width}}`, "g"), "$&\n");
      const shown = broken.split("\n").map((line) => redact([pem], line));
      expect(shown.join("").replaceAll("*", "").length).toBeLessThan(4);
    }
  });

  it("of a megabyte among sixty others costs little time, whatever it is made of", () => {
    const noise = Array.from({ length: 60 }, (_, index) => `token-${index}-${"abcdefghij".repeat(index * 20)}`);
    for (const huge of ["x".repeat(1_000_000), random(15_700).toString("hex"), `${"[a-z]+(".repeat(150_000)}`]) {
      const { text } = hiding([huge, ...noise]);
      expect(text(`a ${huge} b`)).toBe("a *** b");
      expect(text(`a ${noise[7]} b`)).toBe("a *** b");
      expect(text("plain text ".repeat(1000))).toBe("plain text ".repeat(1000));
    }
  }, 60_000);
});

describe("a stream", () => {
  const through = async (values: readonly string[], chunks: readonly Uint8Array[]) =>
    readText(Readable.from(chunks).pipe(hiding(values).stream()));
  const cut = (text: string, size: number) => {
    const bytes = Buffer.from(text);
    return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    );
  };

  it.each([1, 2, 3, 7, 64, 1000])("hides a value that is cut into chunks of %d bytes", async (size) => {
    const long = "0123456789abcdef-ghijklmnop_".repeat(20);
    const text = `start hunter2\n${long} and ${"y".repeat(300)} hunter2 aHVudGVyMg== end, no line end: hunter2`;
    expect(await through(["hunter2", long], cut(text, size))).toBe(
      `start ***\n*** and ${"y".repeat(300)} *** *** end, no line end: ***`,
    );
  });

  it("gives whole lines at once, and all of the rest at its end", async () => {
    const stream = hiding(["hunter2"]).stream();
    stream.write("one\ntwo hunt");
    expect(String(stream.read())).toBe("one\n");
    stream.end("er2");
    expect(await readText(stream)).toBe("two ***");
  });

  it("shows what it would show of the whole text, however it is cut", async () => {
    const words = fc.constantFrom("hunter2", "secret-of-many-words ", "x", "hunt", "aHVudGVyMg", "\n", "é", "%20");
    await fc.assert(
      fc.asyncProperty(fc.array(words, { maxLength: 40 }), fc.integer({ min: 1, max: 60 }), async (parts, size) => {
        const text = parts.join("");
        const values = ["hunter2", "secret-of-many-words "];
        const lines = text.split(/(?<=\n)/).map((line) => redact(values, line));
        expect(await through(values, cut(text, size))).toBe(lines.join(""));
      }),
    );
  });
});

it("hides in every text of a value, and leaves its keys and all else", () => {
  const { deep } = hiding(["hunter2"]);
  const event = { kind: "log", hunter2: ["hunter2", 1, null, { text: "a hunter2" }], bytes: 2n };
  expect(deep(event)).toEqual({ kind: "log", hunter2: ["***", 1, null, { text: "a ***" }], bytes: 2n });
});

it("hides what was added later too", () => {
  const redaction = hiding(["hunter2"]);
  expect(redaction.text("hunter2 hunter3")).toBe("*** hunter3");
  redaction.add([Buffer.from("hunter3")]);
  expect(redaction.text("hunter2 hunter3")).toBe("*** ***");
});
