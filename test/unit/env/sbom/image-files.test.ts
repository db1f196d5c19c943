import { describe, expect, it } from "vitest";
import { parseApkInstalled, parseDpkgStatus, parseOsRelease } from "../../../../src/env/sbom/image-files.ts";

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

describe("parseApkInstalled", () => {
  it("lists what apk has installed", () => {
    const musl = "C:Q1abc=\nP:musl\nV:1.2.5-r0\nA:x86_64\nS:1\nF:lib\nR:libc.so\n";
    const data = "C:Q1def=\nP:tzdata\nV:2024a-r1\nA:noarch\n";
    expect(parseApkInstalled(`${musl}\n${data}\n`)).toEqual([
      { name: "musl", version: "1.2.5-r0", architecture: "x86_64" },
      { name: "tzdata", version: "2024a-r1", architecture: "noarch" },
    ]);
    expect(parseApkInstalled("")).toEqual([]);
  });
});
