import { StringDecoder } from "node:string_decoder";

/** Hand over a stream line by line, without line ends; resolves when it has ended, a last line without its end included. */
export async function eachLine(stream: NodeJS.ReadableStream, take: (line: string) => void): Promise<void> {
  const decoder = new StringDecoder("utf8");
  let open = "";
  for await (const chunk of stream) {
    const lines = (open + decoder.write(chunk as Buffer)).split("\n");
    open = lines.pop() ?? "";
    for (const line of lines) take(line.replace(/\r$/, ""));
  }
  open += decoder.end();
  if (open !== "") take(open);
}
