/** Memory that is used again: the system gives new memory page by page, which takes longer than a copy. */

/** Bytes of each piece. */
export const pieceOfMemory = 196_608;
/** How long what is not in use is kept. Milliseconds. */
const spareMs = 2_000;
/** Pieces that are kept. */
const mostSpare = 48;

export interface Memory {
  take(): Buffer;
  /** Nobody looks at it any more. */
  giveBack(piece: Buffer): void;
}

export function createMemory(): Memory {
  const spare: Buffer[] = [];
  let timer: NodeJS.Timeout | undefined;
  const dropSpare = () => {
    timer = undefined;
    spare.length = 0;
  };
  return {
    take: () => spare.pop() ?? Buffer.allocUnsafeSlow(pieceOfMemory),
    giveBack(piece) {
      if (spare.length >= mostSpare) return;
      spare.push(piece);
      if (timer === undefined) timer = setTimeout(dropSpare, spareMs).unref();
      else timer.refresh();
    },
  };
}
