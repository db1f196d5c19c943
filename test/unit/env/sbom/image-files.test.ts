import { describe, expect, it } from "vitest";
import { parseDpkgStatus, parseOsRelease } from "../../../../src/env/sbom/image-files.ts";

const stanza = (name: string, state: string) => `Package: ${name}
Status: install ok ${state}
Architecture: amd64
Version: 1:2.0-1+b1
Description: words
 Version: not this one
`;

describe("the database of dpkg", () => {
  it("gives each package whose files are there", () => {
    const states = ["installed", "unpacked", "config-files", "not-installed"];
    const names = parseDpkgStatus(states.map((state) => stanza(state, state)).join("\n"));
    expect(names).toEqual([
      { name: "installed", version: "1:2.0-1+b1", architecture: "amd64" },
      { name: "unpacked", version: "1:2.0-1+b1", architecture: "amd64" },
    ]);
  });

  it("may be empty", () => expect(parseDpkgStatus("")).toEqual([]));
});

describe("os-release", () => {
  it("names the distribution and its suite, quoted or not", () => {
    const text = 'PRETTY_NAME="Ubuntu"\nVERSION_ID="24.04"\nVERSION_CODENAME="noble"\nID=ubuntu\nID_LIKE=debian\n';
    expect(parseOsRelease(text)).toEqual({ id: "ubuntu", suite: "noble" });
  });

  it("that says nothing is taken for Debian", () => {
    expect(parseOsRelease("")).toEqual({ id: "debian", suite: undefined });
  });
});
