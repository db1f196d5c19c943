import { constants } from "node:fs";
import { open } from "node:fs/promises";

const { O_RDONLY, O_NONBLOCK = 0 } = constants;

/**
 * The bytes of a regular file that cannot be larger than so many. What is none, such as a pipe nobody writes to, is
 * refused at once; so is a file that grows while it is read. Throws what the system reports, and plain errors.
 */
export async function readSmallFile(path: string, largest: number): Promise<Buffer> {
  await using file = await open(path, O_RDONLY | O_NONBLOCK);
  const stats = await file.stat();
  if (!stats.isFile()) throw new Error(stats.isDirectory() ? "it is a folder" : "it is no regular file");
  if (stats.size > largest) throw tooLarge(stats.size, largest);
  const bytes = await file.readFile();
  if (bytes.length > largest) throw tooLarge(bytes.length, largest);
  return bytes;
}

function tooLarge(size: number, largest: number): Error {
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 1024 / 1024)} MB`;
  return new Error(`it has ${megabytes(size)}, more than ${megabytes(largest)}`);
}
