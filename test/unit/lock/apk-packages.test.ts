import { describe, expect, it } from "vitest";
import { repositoryPlace, resolveApkFiles } from "../../../src/lock/apk-packages.ts";
import { parseApkReport } from "../../../src/lock/apk-report.ts";

const tool = "637a85ddd6247fab13bdd0592f2f39aff04ce4dbf0655d3ab553ac359a38ce6f";
const data = "cb4784740daa9b3b0eaea2b444bbefa686794afbbf3d678d238c1fd9875f2efd";

/** As the script writes it on apk 2.14. */
const report = `== files
devenv-data 1.0_p1-r0 x86_64 ${data} 652 http://172.17.0.1:41239/v3.20/main
devenv-tool 1.0-r0 x86_64 ${tool} 664 https://packages.example.com/Our%20own/os/
kept 1.0-r0 x86_64 - - -
inside 1.0-r0 x86_64 - - /srv/packages
`;

describe("what apk would install", () => {
  const files = resolveApkFiles(parseApkReport(report));

  it("is pinned in Alpine's archive by its release and repository, whatever the mirror", () => {
    expect(files[0]?.pin).toEqual({
      version: "1.0_p1-r0",
      architecture: "x86_64",
      archive: "alpine",
      suite: "v3.20",
      component: "main",
      path: "v3.20/main/x86_64/devenv-data-1.0_p1-r0.apk",
      sha256: data,
      size: 652,
    });
    expect(files[0]?.address).toBe("http://172.17.0.1:41239");
  });

  it("is pinned elsewhere by the words of the repository's path", () => {
    expect(files[1]?.pin).toEqual({
      version: "1.0-r0",
      architecture: "x86_64",
      archive: "our-20own-os",
      path: "x86_64/devenv-tool-1.0-r0.apk",
      sha256: tool,
      size: 664,
    });
    expect(files[1]?.address).toBe("https://packages.example.com/Our%20own/os");
  });

  it("has no new pin where it is a preferred file, or one of the image alone", () => {
    expect(files.slice(2).map(({ pin, trouble }) => [pin, trouble])).toEqual([
      [undefined, "no repository of the image has `kept` 1.0-r0"],
      [undefined, "`/srv/packages` can be had inside the image only"],
    ]);
  });

  it("is a failure with apk's own words when apk finds no answer", () => {
    const text =
      "== failure\nunknown\n== unknown\ntoool\n== output\nERROR: unable to select packages:\n  toool (no such package):\n";
    expect(parseApkReport(text)).toEqual({
      failure: "unknown",
      unknown: ["toool"],
      output: ["ERROR: unable to select packages:", "  toool (no such package):"],
      files: [],
    });
  });
});

describe("repositoryPlace", () => {
  it.each([
    ["https://dl-cdn.alpinelinux.org/alpine/v3.20/community", "alpine", "https://dl-cdn.alpinelinux.org/alpine"],
    ["http://mirror.example.com/edge/testing/", "alpine", "http://mirror.example.com"],
    ["https://packages.wolfi.dev/os", "os", "https://packages.wolfi.dev/os"],
    ["http://127.0.0.1:8080/", "local", "http://127.0.0.1:8080"],
  ])("takes %s as archive %s", (repository, archive, address) => {
    expect(repositoryPlace(repository)).toMatchObject({ archive, address });
  });
});
