import { describe, expect, it } from "vitest";
import { bootstrap } from "../../../src/config/define.ts";
import { apk, apt, archive, copy, dockerfile, env, run } from "../../../src/config/layers.ts";
import { dockerfileOn, needsBaseUser } from "../../../src/plan/base-user.ts";
import { imageOf } from "../../support/plans.ts";

const mounts =
  "--mount=type=tmpfs,target=/run/devenv --mount=type=secret,id=devenv-host,target=/run/devenv/host,mode=0444 --mount=type=bind,source=.devenv/build,target=/run/devenv/build";
const head = `RUN ${mounts}`;
const begin = "    . /run/devenv/build/begin";
const wrapped = (command: string, flags = "", place = "") =>
  `${head}${flags} \\\n${begin}; \\\n    (${command}); finish $?${place}`;

/** Without the numbers of the steps, which a test of their own has. */
const unnumbered = (text: string) => text.replaceAll(/devenv_step=\d+; /g, "");

/** The lines of the Dockerfile below the comment of its first layer. */
function layerText(...layers: Parameters<typeof apt> | object[]): string {
  const { dockerfile: text } = imageOf({ image: { from: "debian:12", layers: layers as never } });
  return unnumbered(text).split("\n\n").slice(2).join("\n\n").trim();
}

const copyMount = (text: string) =>
  /source=(\.devenv\/copy\/[0-9a-f]{12}),target=\/run\/devenv\/copy\/0/.exec(text)?.[1];

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
    const caches = ["/var/cache/apt", "/var/lib/apt/lists"].map(
      (target) => ` --mount=type=cache,id=devenv-apt${target},target=${target},sharing=locked`,
    );
    const install =
      "DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends git 'curl=7.*' && drop_host_keys";
    const tar = ` --mount=type=bind,source=.devenv/archives/${sha256}-1.tar,target=/run/devenv/archive.tar`;
    const copied = ` --mount=type=bind,source=${copyMount(image.dockerfile)},target=/run/devenv/copy/0`;
    expect(
      unnumbered(image.dockerfile),
    ).toBe(`# Made by devenv; each group of instructions comes from the config key above it.

# environments.dev.image.from
FROM ${image.baseTag}

# environments.dev.image.layers[0]: apt
${wrapped(`make_man_folders && apt-get update && ${install}`, caches.join(""))}

# environments.dev.image.layers[1]: archive
${wrapped("mkdir -p /opt/tool && tar -xf /run/devenv/archive.tar -C /opt/tool", tar, " /opt/tool")}

# environments.dev.image.layers[3]: env
ENV A="say \\"hi\\" $PATH"
ENV B="2"

# environments.dev.image.layers[2]: copy
# environments.dev.image.user
${wrapped("id dev >/dev/null 2>&1 || useradd --create-home dev || adduser -D dev", copied).replace(
  `${begin};`,
  `${begin}; \\\n    (copy --chown=dev --chmod=0644 a.txt src /app/) &&`,
)}
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
        .slice(-18),
    ]);
    expect(made).toEqual(
      [
        ["environments.dev.image.from", ".devenv/skeleton.tar /".slice(-18)],
        ["environments.dev.image.layers[0]", " (one); finish $?"],
        ["environments.dev.image.layers[1]", " (two); finish $?"],
      ].map(([key, end]) => [key, expect.stringContaining(end ?? "")]),
    );
  });

  it("joins a list of commands, and gives run its caches, variables, folder and network", () => {
    const options = { env: { A: "it's" }, workdir: "/a b", network: "none" } as const;
    const flags = " --network=none --mount=type=cache,id=devenv/root/.cache,target=/root/.cache,sharing=locked";
    const command = "export A='it'\\''s'; cd '/a b' || exit 1; make && make install";
    expect(layerText(run(["make", "make install"], { ...options, cache: ["/root/.cache"] }))).toBe(
      `# environments.dev.image.layers[0]: run\n${wrapped("mkdir -p /root/.cache || true", "", " /root/.cache")}\n${wrapped(command, flags)}`,
    );
  });

  it("makes the mount points of caches in the step before, where it is devenv's own", () => {
    const cached = run("make", { cache: ["/root/.cache", "/a b"] });
    const steps = (...layers: object[]) =>
      layerText(...layers)
        .split("\n")
        .filter((line) => line.startsWith("    "))
        .map((line) => line.trim());
    const made = "--mkdir=/root/.cache '--mkdir=/a b'";
    expect(steps(copy("a", "/b"), env({ A: "1" }), cached)).toEqual(
      [`(copy a /b); finish $? --settled ${made}`, "(make); finish $?"].flatMap((end) => [
        ". /run/devenv/build/begin; \\",
        end,
      ]),
    );
    expect(steps(run("a\nb"), cached)[0]).toContain(JSON.stringify(`)\nfinish $? ${made}`).slice(1, -1));
    expect(steps(dockerfile("RUN true"), cached)[1]).toContain("(mkdir -p /root/.cache '/a b' || true)");
    expect(steps(dockerfile("USER ada"), copy("a", "/b"), cached)[3]).toContain("(mkdir -p");
  });

  it.each([
    ["several lines", "a\nb"],
    ["a here-document", "cat <<E"],
    ["a trailing backslash", "echo \\"],
    ["a comment", "make # all"],
  ])("keeps a command with %s out of the Dockerfile's own syntax", (_name, command) => {
    const [, , instruction = ""] = layerText(run(command)).split("\n");
    expect(JSON.parse(instruction)).toEqual(["/bin/sh", "-c", `${begin.trim()}\n(\n${command}\n)\nfinish $?`]);
  });

  it("keeps two parentheses apart, which would begin an expression", () => {
    expect(layerText(run("(a; b) || c"))).toContain("    ( (a; b) || c); finish $?");
  });

  it("quotes the words of copy for the shell, and mounts them from a plain place", () => {
    const text = layerText(copy(["-x", "[id].tsx", "a b", "$x"], "/app/"));
    expect(text).toContain("(copy -- -x '[id].tsx' 'a b' '$x' /app/); finish $? --settled");
    expect(copyMount(text)).toBeDefined();
  });

  it("copies and unpacks as root after raw lines that set another user, and sets it again", () => {
    const text = layerText(dockerfile("USER ada"), copy("a", "/b"), run("id"));
    expect(text.split("\n").filter((line) => line.startsWith("USER"))).toEqual(["USER ada", "USER root", "USER ada"]);
  });

  it("runs its own steps as root, and all others as the base's user, on a base that ends as another", () => {
    const layers = [apt("git"), run("id"), copy("a", "/b")];
    const image = imageOf({ image: { from: "debian:12", layers } });
    const verbs = (text: string) => text.split("\n").flatMap((line) => /^(USER \w+|RUN)/.exec(line)?.[0] ?? []);
    const own = ["USER root", "RUN", "USER nobody"];
    expect(verbs(dockerfileOn(image, "nobody"))).toEqual([...own, "RUN", ...own]);
    expect(dockerfileOn(image, "")).toBe(image.dockerfile);
    expect(dockerfileOn(image, "0:0")).toBe(image.dockerfile);
    const named = imageOf({ image: { from: "debian:12", layers: [run("id")], user: "ada" } });
    expect(verbs(named.dockerfile)).toEqual(["RUN", "USER root", "RUN", "USER ada"]);
    expect(needsBaseUser(named)).toBe(false);
  });

  it("writes raw lines as they are and apk packages with apk", () => {
    expect(layerText(dockerfile("\nSTOPSIGNAL SIGINT\n"), apk("git"))).toBe(
      `# environments.dev.image.layers[0]: dockerfile\nSTOPSIGNAL SIGINT\n\n# environments.dev.image.layers[1]: apk\n${wrapped("apk add --no-cache git")}`,
    );
  });

  it("installs locked apk packages from a repository made of their files, by the names that are asked for", () => {
    const pin = {
      version: "1.7-r0",
      architecture: "x86_64",
      archive: "alpine",
      path: "p",
      sha256: "d".repeat(64),
      size: 1,
    };
    const textOf = (packages: Record<string, typeof pin>, ...names: string[]) =>
      imageOf(
        { image: { from: "alpine:3.20", layers: [apk(...names)] } },
        { sources: [{ kind: "packages", packages }] },
      ).dockerfile;
    const text = textOf({ jq: pin }, "jq", "git@edge");
    expect(text).toMatch(/ --mount=type=bind,source=\.devenv\/packages\/[0-9a-f]{12},target=\/run\/devenv\/packages /);
    expect(text).toContain("printf '%s\\n' /run/devenv/apk '@edge /run/devenv/apk' > /run/devenv/apk/list");
    expect(text).toMatch(/apk index .*\/\*\.apk && apk add --no-network .*--allow-untrusted jq git@edge\); finish/);
    expect(textOf({}, "jq")).toContain(
      "(apk add --no-network --no-cache --no-progress --repositories-file /dev/null jq); finish",
    );
  });

  it("builds as root on a base environment that ends as another user, and ends as that user again", () => {
    const base = imageOf({ image: { from: "debian:12", user: "1000" } });
    const image = imageOf({ image: { from: { environment: "base" }, layers: [run("id")] } }, { base });
    const words = image.dockerfile.split("\n").filter((line) => /^(FROM|USER|ADD)/.test(line));
    expect(words).toEqual([`FROM ${base.tag}`, "USER root", "USER 1000"]);
  });

  it("gives each step a number of its own, also upon a base environment", () => {
    const numbers = (text: string) => [...text.matchAll(/devenv_step=(\d+);/g)].map(([, number]) => Number(number));
    const layers = [run("a"), env({ A: "1" }), dockerfile("RUN x"), run("b\nc"), copy("a", "/b")];
    const base = imageOf({ image: { from: "debian:12", layers, user: "ada" } });
    const image = imageOf({ image: { from: { environment: "base" }, layers: [run("d")] } }, { base });
    expect(numbers(base.dockerfile)).toEqual([1, 2, 3]);
    expect(numbers(image.dockerfile)).toEqual([4]);
  });
});
