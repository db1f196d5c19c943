import { describe, expect, it } from "vitest";
import {
  archiveAddresses,
  oldVersionAddress,
  snapshotFile,
  snapshotQuery,
} from "../../../../src/host/packages/package-places.ts";

const pin = (archive: string, architecture = "amd64") => ({
  version: "1:2.39.5-0+deb12u2",
  architecture,
  archive,
  path: "pool/main/g/git/git_2.39.5-0+deb12u2_amd64.deb",
  sha256: "0".repeat(64),
  size: 1,
});
const none = { mirrors: {}, snapshot: undefined };

describe("addresses of an archive", () => {
  it.each([
    ["debian", "amd64", ["http://deb.debian.org/debian"]],
    ["debian-security", "arm64", ["http://deb.debian.org/debian-security"]],
    ["ubuntu", "amd64", ["http://archive.ubuntu.com/ubuntu"]],
    ["ubuntu", "arm64", ["http://ports.ubuntu.com/ubuntu-ports"]],
    ["local", "amd64", []],
  ])("of %s on %s are its own", (archive, architecture, addresses) => {
    expect(archiveAddresses(pin(archive, architecture), none, [])).toEqual(addresses);
  });

  it("start with a mirror and end with what was met, each once", () => {
    const sources = { ...none, mirrors: { debian: "https://mirror.example.com/debian/" } };
    const known = ["http://deb.debian.org/debian/", "http://10.0.0.1/debian"];
    expect(archiveAddresses(pin("debian"), sources, known)).toEqual([
      "https://mirror.example.com/debian",
      "http://deb.debian.org/debian",
      "http://10.0.0.1/debian",
    ]);
  });

  it("ask one that is preferred even before a mirror", () => {
    const mirrors = { debian: "https://mirror.example.com/debian" };
    const preferred = { debian: "http://base.example.com/debian/" };
    expect(archiveAddresses(pin("debian"), { ...none, mirrors, preferred }, [])).toEqual([
      "http://base.example.com/debian",
      "https://mirror.example.com/debian",
      "http://deb.debian.org/debian",
    ]);
  });
});

describe("old versions", () => {
  it("of Debian are asked of its snapshot service by version", () => {
    expect(snapshotQuery("git", pin("debian"))).toBe(
      "https://snapshot.debian.org/mr/binary/git/1%3A2.39.5-0%2Bdeb12u2/binfiles",
    );
    expect(snapshotQuery("git", pin("local"))).toBeUndefined();
  });

  it("are the file of the architecture in the service's answer", () => {
    const hash = "a".repeat(40);
    const answer = JSON.stringify({
      _comment: "foo",
      binary: "git",
      result: [
        { architecture: "arm64", hash: "b".repeat(40) },
        { architecture: "amd64", hash },
      ],
    });
    expect(snapshotFile(answer, "amd64")).toBe(`https://snapshot.debian.org/file/${hash}`);
    expect(snapshotFile(answer, "i386")).toBeUndefined();
    for (const other of ["null", "<html>", '{"result":[null,{"architecture":"amd64","hash":"../x"}]}']) {
      expect(snapshotFile(other, "amd64")).toBeUndefined();
    }
  });

  it("stand below a snapshot that the config names, and nowhere when it says so", () => {
    const of = (snapshot: string | false | undefined, archive = "debian") =>
      oldVersionAddress(pin(archive), { mirrors: {}, snapshot });
    expect(of("https://old.example.com/")).toBe(
      "https://old.example.com/debian/pool/main/g/git/git_2.39.5-0%2Bdeb12u2_amd64.deb",
    );
    expect(of(false, "ubuntu")).toBeUndefined();
    expect(of(undefined)).toBeUndefined();
    expect(of(undefined, "ubuntu")).toBe(
      "https://launchpad.net/ubuntu/+archive/primary/+files/git_2.39.5-0%2Bdeb12u2_amd64.deb",
    );
  });
});
