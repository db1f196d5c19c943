/** A command is run as the user wrote it, whatever devenv does before and after it. */
import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { run } from "../../src/config/layers.ts";
import type { BuildFailure } from "../../src/engine/engine.ts";
import type { DevenvError } from "../../src/errors.ts";
import { build } from "../support/builds.ts";
import { imageOf } from "../support/plans.ts";
import { baseImage, openSandbox } from "../support/sandbox.ts";

it("ends a step at its own end, and gives its files one time, however a command ends", async () => {
  await using sandbox = openSandbox();
  const commands = [
    "touch /made-1; exit 0",
    "touch /made-2; exec true",
    "touch /made-3 # the last one",
    "trap 'touch /made-4' EXIT; cd /tmp",
    "cat > /made-5 <<'EOF'\n(one) $two\nEOF",
    "(touch /made-6); (exit 0)",
    "set -eu; touch /made-7",
    "umask 077; touch /made-8 &\nwait",
    "echo 'made \\9' > \\\n  /made-9",
  ];
  const list = `: ${randomUUID()}; stat -c '%Y %n' /made-*; cat /made-5 /made-9`;
  const image = imageOf({ image: { from: baseImage, layers: [...commands, list].map((command) => run(command)) } });

  const { output } = await build(sandbox, image.dockerfile, { context: image.context });

  const made = commands.map((_, index) => `${1577836800 + index + 1} /made-${index + 1}`);
  expect(output).toEqual([...made, "(one) $two", "made \\9"]);
});

it("keeps what a later step writes anew in the same size, and no cache that a step made", async () => {
  await using sandbox = openSandbox();
  const commands = [
    "echo one > /file; mkdir -p ~/.npm/_logs /tmp/node-compile-cache ~/.cache/pip ~/.cache/mine; touch ~/.npm/_logs/a ~/.cache/mine/b",
    "echo two > /file; mkdir /tmp/npm-1",
    `: ${randomUUID()}; cat /file; cd ~; find .npm .cache /tmp/* -type f 2>/dev/null; ls -d /tmp/* .npm .cache/* 2>/dev/null || true`,
  ];
  const image = imageOf({ image: { from: baseImage, layers: commands.map((command) => run(command)) } });

  const { output } = await build(sandbox, image.dockerfile, { context: image.context });

  expect(output).toEqual(["two", ".cache/mine/b", ".cache/mine"]);
});

it("leaves a cache alone that is mounted or was there before", async () => {
  await using sandbox = openSandbox();
  const id = randomUUID();
  const cached = run(`touch ~/.npm/${id}`, { cache: ["/root/.npm"] });
  const list = run(`: ${id}; ls ~/.npm | grep ${id}`, { cache: ["/root/.npm"] });
  const image = imageOf({ image: { from: baseImage, layers: [cached, list] } });

  const { output } = await build(sandbox, image.dockerfile, { context: image.context });

  expect(output).toEqual([id]);
});

it.each([
  ["exit 3", 3],
  ["set -e; (exit 4); true", 4],
  ["exec false", 1],
  ["true\nfalse", 1],
])("fails with the exit code of `%s`", async (command, code) => {
  await using sandbox = openSandbox();
  const { dockerfile, context } = imageOf({ image: { from: baseImage, layers: [run(command)] } });

  const error: unknown = await build(sandbox, dockerfile, { context }).catch((reason) => reason);

  const { reason, step } = (error as DevenvError).details as BuildFailure;
  expect(`${reason}`).toMatch(new RegExp(`(code:|status) ${code}\\b`));
  expect(step).toContain("finish $?");
});
