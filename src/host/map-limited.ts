/** `map` over all items, at most `limit` at once; results in the items' order. After a failure no further item is begun. */
export async function mapLimited<Item, Result>(
  items: readonly Item[],
  limit: number,
  map: (item: Item) => Promise<Result> | Result,
): Promise<readonly Result[]> {
  const results: Result[] = new Array(items.length);
  const queue = shared(items);
  const work = async () => {
    for (const [index, item] of queue) results[index] = await map(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  return results;
}

/** Leaving one loop over a generator ends it for all the others. */
function* shared<Item>(items: readonly Item[]): Generator<readonly [number, Item]> {
  yield* items.entries();
}
