/** The sync through a short storm, in which everything dies once but the engine, which others use. */
import { it } from "vitest";
import { shuffleDisturbances } from "../support/storm/disturb.ts";
import { openStage } from "../support/storm/stage.ts";
import { runStorm } from "../support/storm/storm.ts";

const seed = Number(process.env.DEVENV_TEST_SEED ?? Math.floor(Math.random() * 1e6));
const operations = 500;

it(`loses nothing in a storm: DEVENV_TEST_SEED=${seed}`, async () => {
  await using stage = await openStage(`syncstorm-${process.pid}`);
  const plan = (random: () => number) => {
    const order = shuffleDisturbances(random);
    const every = Math.floor(operations / (order.length + 1));
    return (number: number) => (number % every === every - 1 ? order[Math.floor(number / every)] : undefined);
  };
  await runStorm(stage, { seed, operations, plan });
});
