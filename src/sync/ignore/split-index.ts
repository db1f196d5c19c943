/** The bitmaps of a split index, compressed as EWAH: the first tells which entries of the shared index are gone. */

/** Numbers of the bits that are set in the first bitmap, below `most`. Throws RangeError for what is none. */
export function deletedIn(bitmaps: Buffer, most: number): ReadonlySet<number> {
  const set = new Set<number>();
  if (bitmaps.length === 0) return set;
  const bits = Math.min(most, bitmaps.readUInt32BE(0));
  const words = bitmaps.readUInt32BE(4);
  let bit = 0;
  for (let word = 0; word < words && bit < bits; ) {
    const head = bitmaps.readBigUInt64BE(8 + 8 * word);
    const isSet = (head & 1n) === 1n;
    const runBits = Number((head >> 1n) & 0xffff_ffffn) * 64;
    const literals = Number(head >> 33n);
    for (const end = Math.min(bits, bit + runBits); isSet && bit < end; bit += 1) set.add(bit);
    bit = isSet ? bit : bit + runBits;
    for (let literal = 1; literal <= literals; literal += 1, bit += 64) {
      addLiteral(set, bitmaps.readBigUInt64BE(8 + 8 * (word + literal)), bit);
    }
    word += 1 + literals;
  }
  return set;
}

function addLiteral(set: Set<number>, literal: bigint, first: number): void {
  for (let bit = 0; bit < 64; bit += 1) if (((literal >> BigInt(bit)) & 1n) === 1n) set.add(first + bit);
}
