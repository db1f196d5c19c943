/** Cuts a step's output, which arrives in pieces, into lines. */
export interface LineCutter {
  /** The lines that are complete now. */
  push(data: Uint8Array): readonly string[];
  /** The rest, when it is not empty. */
  end(): readonly string[];
}

/** A character may be split over two pieces. Of a line that a program redraws with `\r`, the last state counts. */
export function cutLines(): LineCutter {
  const decoder = new TextDecoder();
  let rest = "";
  return {
    push: (data) => {
      const lines = (rest + decoder.decode(data, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      return lines.map(lastState);
    },
    end: () => {
      const line = lastState(rest + decoder.decode());
      rest = "";
      return line === "" ? [] : [line];
    },
  };
}

function lastState(line: string): string {
  return line.split("\r").findLast((state) => state !== "") ?? "";
}
