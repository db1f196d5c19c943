import { setImmediate as tick } from "node:timers/promises";
import { expect, it } from "vitest";
import { mapLimited } from "../../../src/host/map-limited.ts";

it("runs no more at once than allowed and keeps the order of the items", async () => {
  let running = 0;
  let most = 0;
  const results = await mapLimited([5, 1, 4, 2, 3], 2, async (item) => {
    most = Math.max(most, ++running);
    for (let wait = 0; wait < item; wait++) await tick();
    running--;
    return item * 10;
  });
  expect(results).toEqual([50, 10, 40, 20, 30]);
  expect(most).toBe(2);
});

it("begins nothing more after a failure", async () => {
  const begun: number[] = [];
  const all = mapLimited([1, 2, 3, 4, 5, 6], 2, async (item) => {
    begun.push(item);
    await tick();
    if (item === 2) throw new Error("broken");
  });
  await expect(all).rejects.toThrow("broken");
  await tick();
  await tick();
  expect(begun.length).toBeLessThan(6);
});
