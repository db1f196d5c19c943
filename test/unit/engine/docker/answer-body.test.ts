import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bodyReader, readHead } from "../../../../src/engine/docker/answer-body.ts";

/** What a reader makes of these pieces, and whether the last one made it whole. */
function read(headers: Record<string, string>, pieces: readonly Buffer[]): { body: string; isWhole: boolean } {
  const parts: Buffer[] = [];
  const reader = bodyReader({ status: 200, headers }, "GET", (part) => parts.push(part));
  let isWhole = reader === undefined;
  for (const piece of pieces) isWhole = reader?.take(piece) ?? true;
  return { body: Buffer.concat(parts).toString("latin1"), isWhole };
}

/** Cut at these places. */
function cut(text: string, places: readonly number[]): Buffer[] {
  const sorted = [0, ...places.map((place) => place % (text.length + 1)), text.length].sort((a, b) => a - b);
  return sorted.slice(1).map((end, index) => Buffer.from(text.slice(sorted[index], end), "latin1"));
}

describe("the body of an answer", () => {
  it("is read from its chunks, however the connection cuts them", () => {
    const chunks = fc.array(fc.string({ minLength: 1, unit: "binary-ascii" }), { maxLength: 5 });
    fc.assert(
      fc.property(chunks, fc.array(fc.nat(), { maxLength: 8 }), (contents, places) => {
        const framed = contents.map((text) => `${text.length.toString(16)}\r\n${text}\r\n`).join("");
        const whole = cut(`${framed}0\r\n\r\n`, places);
        expect(read({ "transfer-encoding": "chunked" }, whole)).toEqual({ body: contents.join(""), isWhole: true });
        const broken = cut(`${framed}0\r\n`, places);
        expect(read({ "transfer-encoding": "chunked" }, broken).isWhole).toBe(false);
      }),
    );
  });

  it("ends after its length, whatever follows", () => {
    const text = "123456";
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 4 }), (places) => {
        expect(read({ "content-length": "4" }, cut(text, places))).toEqual({ body: "1234", isWhole: true });
      }),
    );
    expect(read({ "content-length": "7" }, [Buffer.from(text)])).toEqual({ body: text, isWhole: false });
  });

  it("has no end but the connection's without a length", () => {
    expect(read({}, [Buffer.from("x")])).toEqual({ body: "x", isWhole: false });
    expect(bodyReader({ status: 200, headers: {} }, "GET", () => undefined)?.endsWithConnection).toBe(true);
  });

  it.each([
    { method: "HEAD", status: 200, headers: { "content-length": "5" } },
    { method: "POST", status: 204, headers: {} },
    { method: "POST", status: 304, headers: {} },
    { method: "GET", status: 200, headers: { "content-length": "0" } },
  ])("is not there for $method with $status and $headers", ({ method, status, headers }) => {
    expect(bodyReader({ status, headers }, method, () => undefined)).toBeUndefined();
  });

  it("is refused when it is not in chunks after all", () => {
    expect(() => read({ "transfer-encoding": "chunked" }, [Buffer.from("hello\r\n")])).toThrow("not HTTP");
  });
});

it("reads the head of an answer, names in lower case", () => {
  expect(readHead("HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nX-Empty:")).toEqual({
    status: 404,
    headers: { "content-type": "application/json", "x-empty": "" },
  });
});
