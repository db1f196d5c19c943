import pico from "picocolors";
import { expect, it } from "vitest";
import { liveProgress } from "../../../src/cli/progress/live.ts";
import { fakeStdio } from "../../support/fake-machine.ts";

const view = { style: pico.createColors(false), project: "shop", configFile: "devenv.config.ts" };
const step = { environment: "dev", step: "container" } as const;

it("draws nothing when nothing happened", async () => {
  const stdio = fakeStdio({ columns: 80, rows: 24 });
  await liveProgress(stdio.stderr, view).finish();
  expect(stdio.stderrText()).toBe("");
});

it("leaves the last state in full, also in a terminal that is too low for it", async () => {
  const stdio = fakeStdio({ columns: 80, rows: 3 });
  const progress = liveProgress(stdio.stderr, view);
  const names = ["a", "b", "c", "d"];
  for (const environment of names) progress.report({ kind: "step-started", ...step, environment, text: "creating" });
  await new Promise((resolve) => setTimeout(resolve, 200));
  for (const environment of names) {
    progress.report({ kind: "step-finished", ...step, environment, text: "created", durationMs: 300 });
  }
  await progress.finish();
  const last = names.map(
    (name) => `shop · ${name}                                                       devenv.config.ts
  ✔ container  created                                                     0.3s
`,
  );
  expect(stdio.stderrText().endsWith(last.join(""))).toBe(true);
});
