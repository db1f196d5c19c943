/** What it costs that a build leaves no trace of its time: the image of a usual project, and the same by plain instructions. */
import { randomUUID } from "node:crypto";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import type { BuildRequest, Engine } from "../../src/engine/engine.ts";
import { packageEntries } from "../../src/env/image/packages.ts";
import type { OperationContext } from "../../src/env/operation.ts";
import { planProject } from "../../src/env/plan-project.ts";
import { openProject } from "../../src/env/project.ts";
import { hostSecret } from "../../src/plan/build-script.ts";
import type { ImagePlan } from "../../src/plan/plan.ts";
import { removeProject } from "../support/remove-project.ts";
import { type Tree, temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";
import { quantile, runOnce, type Timing } from "./measure.ts";
import { devenv } from "./project.ts";
import { type CaseResult, judge } from "./report.ts";

const packages = ["build-essential", "ca-certificates", "curl", "git", "python3-venv"];
const install =
  "python3 -m venv /opt/venv && /opt/venv/bin/pip install --quiet --no-index --no-build-isolation /srv/package";
const compile = "make --silent -C /srv/app";
const own = "devenv's Dockerfile";
const plain = "by hand, no normalisation";

/** Builds in turns, none from the cache; all files of the packages are in the build context of both. */
export async function timeNormalisation(rounds: number): Promise<CaseResult> {
  const name = `bench-normal-${randomUUID().slice(0, 8)}`;
  using folder = temporaryFolder({ ...tree(), "devenv.config.ts": configOf(name) });
  try {
    runOnce({ argv: [...devenv, "lock"], cwd: folder.path });
    const { engine, image, request } = await planOf(folder.path);
    const times: Readonly<Record<string, number[]>> = { [own]: [], [plain]: [] };
    for (let round = -1; round < rounds; round += 1) {
      const order = [[own, image.dockerfile] as const, [plain, byHand(image)] as const];
      for (const [title, dockerfile] of round % 2 === 0 ? order : order.toReversed()) {
        const ms = await timeBuild(engine, { ...request, dockerfile });
        if (round >= 0) times[title]?.push(ms);
      }
    }
    return result(times, rounds);
  } finally {
    await removeProject(name);
  }
}

function configOf(name: string): string {
  return `import { apt, bootstrap, copy, defineConfig, run } from "devenv";
export default defineConfig({
  name: "${name}",
  image: {
    from: bootstrap({ suite: "bookworm" }),
    layers: [
      apt(${packages.map((one) => `"${one}"`).join(", ")}),
      copy("package", "/srv/package"),
      run("${install}"),
      copy("app", "/srv/app"),
      run("${compile}"),
    ],
  },
});
`;
}

/** A Python package, and a program of as many sources as small ones have. */
function tree(): Tree {
  const names = Array.from({ length: 40 }, (_, index) => `part${index}`);
  const sources = names.map((name) => [
    `app/${name}.c`,
    `#include <stdio.h>\nint ${name}(void) { return puts("x"); }\n`,
  ]);
  return {
    "package/setup.py": "from setuptools import setup\nsetup(name='thing', version='1', py_modules=['thing'])\n",
    "package/thing.py": "value = 1\n",
    "app/Makefile": `all: ${names.map((name) => `${name}.o`).join(" ")}\n`,
    ...Object.fromEntries(sources),
  };
}

async function planOf(cwd: string) {
  const host = testHost();
  const { spec, locate } = await openProject({ host, cwd });
  const engine = connectEngine(host);
  const context: OperationContext = { host, engine, spec, locate, report: () => {} };
  const [environment] = (await planProject(context)).environments;
  if (environment === undefined) throw new Error("the project has no environment");
  const { image } = environment;
  const request: Omit<BuildRequest, "dockerfile"> = {
    context: [...image.context, ...(await packageEntries(context, image))],
    tag: `${image.tag.split(":")[0]}:bench`,
    platform: image.platform,
    labels: image.labels,
    contextKey: image.tag,
    secrets: { [hostSecret]: Buffer.alloc(0) },
    buildArgs: {},
    noCache: true,
    onEvent: () => {},
  };
  return { engine, image, request };
}

/** As people write it. */
function byHand({ baseTag, packages: [locked], dockerfile }: ImagePlan): string {
  const [first, second] = [...dockerfile.matchAll(/source=(\.devenv\/copy\/\w+)/g)].map(([, place]) => place);
  return `FROM ${baseTag}
RUN --mount=type=bind,source=${locked?.folder},target=/run/packages \\
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends /run/packages/*.deb
COPY ${first}/0 /srv/package
RUN ${install}
COPY ${second}/0 /srv/app
RUN ${compile}
`;
}

async function timeBuild({ images }: Engine, request: BuildRequest): Promise<number> {
  const startedAt = performance.now();
  await images.build(request);
  const ms = performance.now() - startedAt;
  await images.remove(request.tag);
  return ms;
}

function result(times: Readonly<Record<string, readonly number[]>>, rounds: number): CaseResult {
  const timings = Object.entries(times).map(
    ([name, all]): Timing => ({ name, medianMs: quantile(all, 0.5), p90Ms: quantile(all, 0.9), rounds }),
  );
  const median = (name: string) => timings.find((timing) => timing.name === name)?.medianMs ?? Number.NaN;
  const percent = ((median(own) / median(plain) - 1) * 100).toFixed(1);
  const text = `normalisation: ${percent} % of the build (aim < 5 %)`;
  return judge("what normalisation costs", timings, [{ text, limitMs: (of) => 1.05 * of(plain) }]);
}
