import { describe, expect, it } from "vitest";
import { bootstrap } from "../../../src/config/define.ts";
import { apk, apt, archive, copy, dockerfile, env, run } from "../../../src/config/layers.ts";
import { imageOf } from "../../support/plans.ts";

const host = "--mount=type=secret,id=devenv-host,mode=0444 --mount=type=tmpfs,target=/run/devenv";
const useHost = "    [ ! -s /run/secrets/devenv-host ] || . /run/secrets/devenv-host";

/** The lines of the Dockerfile below the comment of its first layer. */
function layerText(...layers: Parameters<typeof apt> | object[]): string {
  const { dockerfile: text } = imageOf({ image: { from: "debian:12", layers: layers as never } });
  return text.split("\n\n").slice(2).join("\n\n").trim();
}

describe("renderDockerfile", () => {
  it("writes one group a layer, each under its config key", () => {
    const sha256 = "c".repeat(64);
    const image = imageOf(
      {
        image: {
          from: bootstrap({ suite: "bookworm" }),
          user: "dev",
          layers: [
            apt("git", "curl=7.*"),
            archive({ url: "https://example.com/tool.tar.gz", to: "/opt/tool", strip: 1 }),
            copy(["a.txt", "src"], "/app", { owner: "dev", mode: "0644" }),
            env({ B: "2", A: 'say "hi" $PATH' }),
          ],
        },
      },
      { sources: [undefined, { kind: "archive", url: "u", sha256 }, { kind: "copy", entries: [] }, undefined] },
    );
    expect(image.dockerfile).toBe(`# Made by devenv; each group of instructions comes from the config key above it.

# environments.dev.image.from
FROM ${image.baseTag}

# environments.dev.image.layers[0]: apt
RUN ${host} --mount=type=cache,id=devenv-apt/var/cache/apt,target=/var/cache/apt,sharing=locked --mount=type=cache,id=devenv-apt/var/lib/apt/lists,target=/var/lib/apt/lists,sharing=locked \\
${useHost}; \\
    apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends git 'curl=7.*'

# environments.dev.image.layers[1]: archive
ADD .devenv/archives/${sha256}-1.tar /opt/tool/

# environments.dev.image.layers[2]: copy
COPY --chown=dev --chmod=0644 a.txt src /app/

# environments.dev.image.layers[3]: env
ENV A="say \\"hi\\" $PATH"
ENV B="2"

# environments.dev.image.user
RUN ${host} \\
${useHost}; \\
    id dev >/dev/null 2>&1 || useradd --create-home dev || adduser -D dev
USER dev
`);
  });

  it("names the config key of every line it makes", () => {
    const image = imageOf({ image: { from: "debian:12", layers: [run("one"), run("two")] } });
    const lines = image.dockerfile.split("\n");
    const made = image.origins.map(({ from, to, key }) => [
      key,
      lines
        .slice(from - 1, to)
        .join(" ")
        .slice(-5),
    ]);
    expect(made).toEqual([
      ["environments.dev.image.from", "an:12"],
      ["environments.dev.image.layers[0]", "  one"],
      ["environments.dev.image.layers[1]", "  two"],
    ]);
  });

  it("joins a list of commands, and gives run its caches, variables, folder and network", () => {
    const options = { cache: ["/root/.cache"], env: { A: "it's" }, workdir: "/a b", network: "none" } as const;
    expect(
      layerText(run(["make", "make install"], { ...options, cache: ["/root/.cache"] })),
    ).toBe(`# environments.dev.image.layers[0]: run
RUN ${host} --network=none --mount=type=cache,id=devenv/root/.cache,target=/root/.cache,sharing=locked \\
${useHost}; \\
    export A='it'\\''s'; cd '/a b' || exit 1; make && make install`);
  });

  it.each([
    ["several lines", "a\nb"],
    ["a here-document", "cat <<E"],
    ["a trailing backslash", "echo \\"],
  ])("keeps a command with %s out of the Dockerfile's own syntax", (_name, command) => {
    const [, , instruction = ""] = layerText(run(command)).split("\n");
    expect(JSON.parse(instruction)).toEqual(["/bin/sh", "-c", `${useHost.trim()}\n${command}`]);
  });

  it("quotes the sources of copy that would be read as patterns or variables", () => {
    expect(layerText(copy(["[id].tsx", "a b", "$x"], "/app/"))).toBe(
      `# environments.dev.image.layers[0]: copy\nCOPY ${JSON.stringify(["[[]id].tsx", "a b", "\\$x", "/app/"])}`,
    );
  });

  it("writes raw lines as they are and apk packages with apk", () => {
    expect(layerText(dockerfile("\nSTOPSIGNAL SIGINT\n"), apk("git"))).toBe(
      `# environments.dev.image.layers[0]: dockerfile\nSTOPSIGNAL SIGINT\n\n# environments.dev.image.layers[1]: apk\nRUN ${host} \\\n${useHost}; \\\n    apk add --no-cache git`,
    );
  });

  it("builds as root on a base environment that ends as another user, and ends as that user again", () => {
    const base = imageOf({ image: { from: "debian:12", user: "1000" } });
    const image = imageOf({ image: { from: { environment: "base" }, layers: [run("id")] } }, { base });
    const words = image.dockerfile.split("\n").filter((line) => /^(FROM|USER)/.test(line));
    expect(words).toEqual([`FROM ${base.tag}`, "USER root", "USER 1000"]);
  });
});
