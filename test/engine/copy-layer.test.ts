/** What a `copy` layer makes of a tree is what COPY makes of it. */
import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import type { CopyOptions } from "../../src/config/layers.ts";
import { copy, dockerfile, env, run } from "../../src/config/layers.ts";
import { readIgnore } from "../../src/host/ignore.ts";
import { collectCopySources } from "../../src/host/walk.ts";
import type { ContextEntry } from "../../src/plan/plan.ts";
import { build } from "../support/builds.ts";
import { imageOf } from "../support/plans.ts";
import { baseImage, openSandbox, type Sandbox } from "../support/sandbox.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const tree = {
  "src/deep/file.txt": "deep\n",
  "src/run.sh": { text: "#!/bin/sh\n", mode: 0o755 },
  "src/link": { link: "deep/file.txt" },
  "src/.hidden/x": "x",
  "src/empty": null,
  "root/tmp/in tmp": "1\n",
  "root/etc/motd2": "2\n",
  "one.txt": "1\n",
  "to one": { link: "one.txt" },
  "-dash": "3\n",
  "it $HOME `id` ü": "4\n",
};

/** What stands in the way: a folder, a file of another mode, a link to a file and one to a folder. */
const before = (at: string) =>
  `mkdir -p ${at}/there ${at}/old/deep; touch ${at}/plain ${at}/old/run.sh; chmod 600 ${at}/old/run.sh; ln -s /etc/hostname ${at}/old/deep/file.txt; ln -s there ${at}/way`;

/** Each case has a place of its own, `/1`. */
const cases = (
  [
    ["one.txt", "/1/a/b/c.txt"],
    ["one.txt", "/2/a/new/"],
    ["one.txt", "/3/there"],
    ["one.txt", "/4/way"],
    ["one.txt", "/5/plain"],
    ["to one", "/6/there"],
    ["one.txt", "7/relative/"],
    [["-dash", "it $HOME `id` ü"], "/8/hostile"],
    ["src", "/9/new/folder"],
    ["src", "/10/there/"],
    ["src", "/11/way/"],
    ["src", "/12/old"],
    ["root", "/"],
    [["src", "root", "one.txt"], "/14/several"],
    ["src", "/15/x/owned", { owner: "daemon" }],
    ["src", "/16/x/owned", { owner: "7:8", mode: "0750" }],
    ["one.txt", "/17/x/y/owned", { owner: "7" }],
    ["one.txt", "/18/x/y/", { owner: "daemon:adm", mode: "0711" }],
  ] as const
).map(([from, to, options = {}]) => ({ from: [from].flat(), to, options: options as CopyOptions }));

const copies = cases.map(({ from, to, options }) => copy(from, to, options));

/** Programs that do what they should not stand before the system's. */
const misleading = env({ PATH: "/bad:$PATH", POSIXLY_CORRECT: "1" });

/** A command sees what a copy of a step before would have left to it. */
const look = [
  '[ "$(umask)" = 0022 ]',
  '[ "$(date -r /9/new/folder/run.sh +%s)" = 1577836801 ]',
  '[ -z "$(find /9/new /10/there /15/x /17/x -newermt 2020-01-02)" ]',
  '[ "$(command -v cp)" = /bad/cp ]',
];

it.each([
  ["in one step where nothing follows", [dockerfile("USER root"), ...copies]],
  [
    "before a command in one step, past variables that would mislead the copy",
    [dockerfile("USER root"), ...copies, misleading, run(look)],
  ],
])("copies files as COPY does, %s", async (_title, layers) => {
  await using sandbox = openSandbox();
  using folder = temporaryFolder(tree);
  const { path: root } = folder;
  const ignore = await readIgnore(root);
  const collected = cases.map(({ from }) => collectCopySources({ root, sources: from, ignore, key: "copy" }));
  const ofCopies = (await Promise.all(collected)).map((entries) => ({ kind: "copy" as const, entries }));
  const sources = layers.map((layer) => ofCopies[copies.indexOf(layer as (typeof copies)[number])]);
  const image = imageOf({ image: { from: baseImage, layers } }, { sources });
  const plain = new Map(ofCopies.flatMap(({ entries }) => entries.map((entry) => [entry.path, entry])));
  expect(image.dockerfile.match(/^RUN /gm)).toHaveLength(1);

  const ours = await listOf(sandbox, image.dockerfile, image.context);
  const theirs = await listOf(sandbox, [`FROM ${baseImage}`, ...cases.map(copyInstruction)].join("\n"), [
    ...plain.values(),
  ]);

  // COPY would take the mode of `root/tmp` for `/tmp`
  expect(ours).toContain("0:0 root:root 1777 /tmp ");
  expect(ours.filter((line) => !line.endsWith(" /tmp "))).toEqual(theirs.filter((line) => !line.endsWith(" /tmp ")));
});

function copyInstruction({ from, to, options: { owner, mode } }: (typeof cases)[number]): string {
  const words = [...from.map((path) => path.replaceAll("$", "\\$")), from.length > 1 ? `${to}/` : to];
  const flags = [
    ...(owner === undefined ? [] : [`--chown=${owner}`]),
    ...(mode === undefined ? [] : [`--chmod=${mode}`]),
  ];
  return ["COPY", ...flags, JSON.stringify(words)].join(" ");
}

/** Everything that the cases may write to: owner, mode, path, and what it leads to or holds. */
async function listOf(
  sandbox: Sandbox,
  dockerfile: string,
  context: readonly ContextEntry[],
): Promise<readonly string[]> {
  const places = cases.map((_, index) => `/${index + 1}`);
  const content = `-exec sh -c '[ -L "$1" ] || [ ! -f "$1" ] || cat "$1"' sh {} \\;`;
  const list = `find ${places.join(" ")} /tmp /etc/motd2 -printf '%U:%G %u:%g %m %p %l' ${content} -printf '\\n'`;
  const [from, ...rest] = dockerfile.replaceAll(/^(#.*)?\n/gm, "").split("\n");
  const bad = "mkdir /bad; printf '#!/bin/sh\\nexit 1\\n' > /bad/cp; cp /bad/cp /bad/mkdir; chmod 755 /bad/*";
  const lines = [
    from,
    `RUN ${places.map(before).join("; ")}; ${bad}`,
    ...rest,
    `RUN : ${randomUUID()}; ${list} | sort`,
  ];
  return (await build(sandbox, lines.join("\n"), { context })).output;
}
