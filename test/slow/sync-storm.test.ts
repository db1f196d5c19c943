/** The sync through a long storm, in an engine of its own that is killed too. */
import { it } from "vitest";
import { disturbances, type NamedDisturbance, pickDisturbance } from "../support/storm/disturb.ts";
import { runHalves } from "../support/storm/halves.ts";
import { startOwnEngine } from "../support/storm/own-engine.ts";
import { openStage } from "../support/storm/stage.ts";
import { runStorm } from "../support/storm/storm.ts";

const seed = Number(process.env.DEVENV_TEST_SEED ?? Math.floor(Math.random() * 1e6));
const operations = Number(process.env.DEVENV_TEST_OPERATIONS ?? 5_000);
const timeoutMs = 300_000 + operations * 80;

it(
  `loses nothing: DEVENV_TEST_SEED=${seed} DEVENV_TEST_OPERATIONS=${operations}`,
  async () => {
    await using engine = await startOwnEngine();
    await using stage = await openStage(`storm-${process.pid}`, engine);
    const plan = (random: () => number) => () => (random() > 0.004 ? undefined : pickDisturbance(random));
    await runStorm(stage, { seed, operations, plan });
  },
  timeoutMs,
);

it(
  `makes no conflict that nobody caused: DEVENV_TEST_SEED=${seed} DEVENV_TEST_OPERATIONS=${operations}`,
  async () => {
    await using engine = await startOwnEngine();
    await using stage = await openStage(`halves-${process.pid}`, engine);
    const { killProcess } = disturbances;
    const kill: NamedDisturbance | undefined = killProcess && ["killProcess", killProcess];
    const plan = (random: () => number) => () => {
      if (random() > 0.006) return undefined;
      return random() < 0.5 ? kill : pickDisturbance(random);
    };
    await runHalves(stage, { seed, operations, plan });
  },
  timeoutMs,
);
