import { describe, expect, it } from "vitest";
import { applyMirror, parseImageReference, printImageReference } from "../../../src/spec/image-reference.ts";

const digest = `sha256:${"a".repeat(64)}`;

describe("image references", () => {
  it.each([
    ["debian", "docker.io/library/debian:latest"],
    ["debian:bookworm-slim", "docker.io/library/debian:bookworm-slim"],
    ["ada/tool:1", "docker.io/ada/tool:1"],
    ["ghcr.io/ada/tool", "ghcr.io/ada/tool:latest"],
    ["localhost/base:1", "localhost/base:1"],
    ["localhost:5000/a/b/c:1.2-rc_3", "localhost:5000/a/b/c:1.2-rc_3"],
    [`debian@${digest}`, `docker.io/library/debian@${digest}`],
    [`debian:12@${digest}`, `docker.io/library/debian:12@${digest}`],
  ])("reads %s as %s", (text, canonical) => {
    const reference = parseImageReference(text);
    expect(reference && printImageReference(reference)).toBe(canonical);
  });

  it.each(["", "Debian", "debian:", "debian:-x", "a//b", "debian@sha256:12", "a b", "https://x.io/a"])(
    "does not take %j for a reference",
    (text) => expect(parseImageReference(text)).toBeUndefined(),
  );

  it("puts a mirror in place of the registry it stands in for, and of no other", () => {
    const registries = { "docker.io": "mirror.example.com/hub" };
    expect(applyMirror("docker.io/library/debian:12", registries)).toBe("mirror.example.com/hub/library/debian:12");
    expect(applyMirror("ghcr.io/a/b:1", registries)).toBe("ghcr.io/a/b:1");
  });
});
