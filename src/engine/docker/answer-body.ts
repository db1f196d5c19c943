/** How the body of an HTTP/1.1 answer is framed, and what it holds. */

export interface AnswerHead {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Takes what comes after the head, and says once the body is whole. */
export interface BodyReader {
  take(chunk: Buffer): boolean;
  /** Whether the end of the connection is the end of the body. */
  readonly endsWithConnection: boolean;
}

export function readHead(text: string): AnswerHead {
  const [first = "", ...lines] = text.split("\r\n");
  const fields = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { status: Number(first.split(" ")[1]), headers: Object.fromEntries(fields) };
}

/** A reader that hands each piece of the body to `push`; undefined when there is no body. */
export function bodyReader(
  { status, headers }: AnswerHead,
  method: string,
  push: (part: Buffer) => void,
): BodyReader | undefined {
  if (method === "HEAD" || status === 204 || status === 304) return undefined;
  if (headers["transfer-encoding"] === "chunked") return { take: chunkedReader(push), endsWithConnection: false };
  if (headers["content-length"] === undefined) return { take: whole(push), endsWithConnection: true };
  const length = Number(headers["content-length"]);
  return length === 0 ? undefined : { take: countedReader(length, push), endsWithConnection: false };
}

function whole(push: (part: Buffer) => void): BodyReader["take"] {
  return (chunk) => {
    push(chunk);
    return false;
  };
}

function countedReader(length: number, push: (part: Buffer) => void): BodyReader["take"] {
  let missing = length;
  return (chunk) => {
    const part = chunk.subarray(0, missing);
    missing -= part.length;
    push(part);
    return missing === 0;
  };
}

/** A line with the size, that many bytes, a line end; after the last, of size 0, lines up to an empty one. */
function chunkedReader(push: (part: Buffer) => void): BodyReader["take"] {
  let state: "size" | "data" | "gap" | "trailer" | "end" = "size";
  let line = "";
  let missing = 0;
  const takeData = (chunk: Buffer): Buffer => {
    const part = chunk.subarray(0, missing);
    missing -= part.length;
    if (missing === 0) state = "gap";
    push(part);
    return chunk.subarray(part.length);
  };
  const takeLine = (chunk: Buffer): Buffer => {
    const newline = chunk.indexOf("\n");
    line += chunk.toString("latin1", 0, newline < 0 ? chunk.length : newline);
    if (newline < 0) return chunk.subarray(chunk.length);
    endLine(line.trim());
    line = "";
    return chunk.subarray(newline + 1);
  };
  const endLine = (text: string) => {
    if (state === "gap") state = "size";
    else if (state === "trailer") state = text === "" ? "end" : "trailer";
    else {
      missing = Number.parseInt(text, 16);
      if (Number.isNaN(missing)) throw new Error("its answer is not HTTP");
      state = missing === 0 ? "trailer" : "data";
    }
  };
  return (chunk) => {
    let rest = chunk;
    while (rest.length > 0 && state !== "end") rest = state === "data" ? takeData(rest) : takeLine(rest);
    return state === "end";
  };
}
