import { describe, expect, it } from "vitest";
import { archiveName, resolveAptFiles } from "../../../src/lock/apt-packages.ts";
import { parseAptReport } from "../../../src/lock/apt-report.ts";

const git = "637a85ddd6247fab13bdd0592f2f39aff04ce4dbf0655d3ab553ac359a38ce6f";
const ssl = "cb4784740daa9b3b0eaea2b444bbefa686794afbbf3d678d238c1fd9875f2efd";
const tiny = "f7896cf0b0c6ebd67818612803d36e3c074e4d26785144974e6d306dc949d61f";

/** As apt of Debian 12 prints it, for packages of Debian, its security updates and a flat repository. */
const report = `== uris
'http://deb.debian.org/debian-security/pool/updates/main/o/openssl/libssl3_3.0.22-1%7edeb12u2_amd64.deb' libssl3_3.0.22-1~deb12u2_amd64.deb 2039888 SHA256:${ssl}
'http://deb.debian.org/debian/pool/main/g/git/git_2.39.5-0%2bdeb12u3_amd64.deb' git_1%3a2.39.5-0+deb12u3_amd64.deb 7264380 SHA256:${git}
'http://172.17.0.1:18765/./t_1.deb' tiny_1%3a1.0~a+b_all.deb 652 SHA256:${tiny}
'file:/run/devenv/apt/repository/files/kept_1.0_all.deb' kept_1.0_all.deb 652 SHA256:${tiny}
'http://172.17.0.1:18765/./old_1.deb' old_1.0_all.deb 652 MD5Sum:f7896cf0b0c6ebd67818612803d36e3c
== targets
http://172.17.0.1:18765/\t./\t$(CODENAME)\t$(COMPONENT)\t$(ORIGIN)\t$(LABEL)
http://deb.debian.org/debian/\tbookworm-updates\tbookworm-updates\tmain\tDebian\tDebian
http://deb.debian.org/debian/\tstable\tbookworm\tmain\tDebian\tDebian
http://deb.debian.org/debian-security/\tbookworm-security\tbookworm-security\tmain\tDebian\tDebian-Security
== listings
       git | 1:2.39.5-0+deb12u3 | http://deb.debian.org/debian stable/main amd64 Packages
       git | 1:2.39.5-0+deb12u2 | http://deb.debian.org/debian-security bookworm-security/main amd64 Packages
   libssl3 | 3.0.22-1~deb12u2 | http://deb.debian.org/debian-security bookworm-security/main amd64 Packages
      tiny |  1:1.0~a+b | http://172.17.0.1:18765 ./ Packages
`;

describe("what apt would install", () => {
  const files = resolveAptFiles(parseAptReport(report));
  const pinOf = (name: string) => files.find((file) => file.name === name)?.pin;

  it("is pinned by name, version and content, in the archive and the list that has it", () => {
    expect(pinOf("git")).toEqual({
      version: "1:2.39.5-0+deb12u3",
      architecture: "amd64",
      archive: "debian",
      suite: "bookworm",
      component: "main",
      path: "pool/main/g/git/git_2.39.5-0+deb12u3_amd64.deb",
      sha256: git,
      size: 7_264_380,
    });
    expect(pinOf("libssl3")).toMatchObject({
      version: "3.0.22-1~deb12u2",
      archive: "debian-security",
      suite: "bookworm-security",
      path: "pool/updates/main/o/openssl/libssl3_3.0.22-1~deb12u2_amd64.deb",
    });
  });

  it("has neither suite nor component in a flat repository that says nothing of itself", () => {
    const { suite, component, ...pin } = pinOf("tiny") ?? {};
    expect(pin).toEqual({
      version: "1:1.0~a+b",
      architecture: "all",
      archive: "local",
      path: "t_1.deb",
      sha256: tiny,
      size: 652,
    });
    expect([suite, component]).toEqual([undefined, undefined]);
  });

  it("has no pin where it cannot be downloaded or checked", () => {
    expect(files.filter(({ pin }) => pin === undefined).map(({ name, trouble }) => [name, trouble])).toEqual([
      ["kept", "`file:/run/devenv/apt/repository/files/kept_1.0_all.deb` can be had inside the image only"],
      ["old", "the archive of `old` names no SHA256 of it"],
    ]);
  });
});

it.each([
  ["Debian", "Debian", "debian"],
  ["Debian", "Debian-Security", "debian-security"],
  ["Debian Backports", "Debian Backports", "debian"],
  ["Ubuntu", "Ubuntu", "ubuntu"],
  ["LP-PPA-git-core", "Git stable releases", "lp-ppa-git-core"],
  [undefined, "Docker CE!", "docker-ce"],
  ["…", undefined, "local"],
])("an archive of origin %s and label %s is called %s", (origin, label, name) => {
  expect(archiveName({ origin, label })).toBe(name);
});

it("a report of a failure has apt's words and the packages that it does not know", () => {
  const text = "== failure\nunknown\n== unknown\nnope\n== output\nE: Unable to locate package nope\n";
  expect(parseAptReport(text)).toEqual({
    failure: "unknown",
    unknown: ["nope"],
    output: ["E: Unable to locate package nope"],
    uris: [],
    targets: [],
    listings: [],
  });
});
