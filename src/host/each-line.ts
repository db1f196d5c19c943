import { StringDecoder } from "node:string_decoder";

/** Hand over a stream line by line, without line ends; resolves when it has ended, a last line without its end included. */
export async function eachLine(stream: NodeJS.ReadableStream, take: (line: string) => void): Promise<void> {
  const decoder = new StringDecoder("utf8");
  // pieces of a line that has not ended: joined once, however many they are
  let open: string[] = [];
  for await (const chunk of stream) {
    const text = decoder.write(chunk as Buffer);
    const end = text.lastIndexOf("\n");
    if (end < 0) {
      open.push(text);
      continue;
    }
    const lines = (open.join("") + text.slice(0, end)).split("\n");
    open = [text.slice(end + 1)];
    for (const line of lines) take(line.replace(/\r$/, ""));
  }
  const last = open.join("") + decoder.end();
  if (last !== "") take(last);
}
