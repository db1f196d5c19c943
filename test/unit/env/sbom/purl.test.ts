import { describe, expect, it } from "vitest";
import { printPurl } from "../../../../src/env/sbom/purl.ts";

describe("a package URL", () => {
  it("encodes what a version may hold, an epoch's colon left alone", () => {
    const purl = printPurl({ type: "deb", namespace: "debian", name: "g++", version: "4:12.2.0-3+b1~x" });
    expect(purl).toBe("pkg:deb/debian/g%2B%2B@4:12.2.0-3%2Bb1~x");
  });

  it("encodes the scope of an npm package", () => {
    expect(printPurl({ type: "npm", namespace: "@types", name: "node", version: "1.0.0" })).toBe(
      "pkg:npm/%40types/node@1.0.0",
    );
  });

  it("sorts its qualifiers, encodes their values, and leaves empty ones out", () => {
    const qualifiers = { download_url: "https://a.test/b c?d=e&f", arch: "", checksum: "sha256:00", tag: undefined };
    expect(printPurl({ type: "generic", name: "(b)", qualifiers })).toBe(
      "pkg:generic/%28b%29?checksum=sha256:00&download_url=https:%2F%2Fa.test%2Fb%20c%3Fd%3De%26f",
    );
  });
});
