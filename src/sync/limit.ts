/** At most so many at once, the others in the order they came. */
export type Limit = <Value>(run: () => Promise<Value>) => Promise<Value>;

export function createLimit(most: number): Limit {
  let running = 0;
  const waiting: ((() => void) | undefined)[] = [];
  let next = 0;
  const leave = () => {
    const begin = waiting[next];
    if (begin === undefined) {
      running -= 1;
      waiting.length = 0;
      next = 0;
    } else {
      waiting[next] = undefined;
      next += 1;
      begin();
    }
  };
  return async (run) => {
    if (running < most) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await run();
    } finally {
      leave();
    }
  };
}
