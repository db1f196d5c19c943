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

  expect(output).toEqual([...commands.map((_, index) => `1577836800 /made-${index + 1}`), "(one) $two", "made \\9"]);
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
