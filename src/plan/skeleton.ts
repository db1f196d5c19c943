/** What an image needs so that no step makes a mount point, which would have the time of its making. */
import { buildTimeSeconds } from "./build-script.ts";

/** Place of the tar in the build context. */
export const skeletonPath = ".devenv/skeleton.tar";

const folders = ["", "etc/", "run/", "run/devenv/", "run/secrets/"];
/** The engine mounts its own over these. */
const files = ["etc/hostname", "etc/hosts", "etc/resolv.conf"];

const blockSize = 512;

/** An uncompressed tar: root owns everything, and it is as old as all that a build makes. */
export function skeletonTar(): Buffer {
  const names = [...folders, ...files].sort();
  return Buffer.concat([...names.map(header), Buffer.alloc(2 * blockSize)]);
}

/** In the POSIX form, with the checksum that a header has when its own field is blank. */
function header(name: string): Buffer {
  const block = Buffer.alloc(blockSize);
  block.write(`./${name}`, 0);
  block.write(octal(modeOf(name), 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(0, 12), 124);
  block.write(octal(buildTimeSeconds, 12), 136);
  block.write(" ".repeat(8), 148);
  block.write(files.includes(name) ? "0" : "5", 156);
  block.write("ustar\x0000", 257);
  const checksum = block.reduce((sum, byte) => sum + byte, 0);
  block.write(`${checksum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/** A folder in memory takes its mode from its mount point, and every user of a step writes to that one. */
function modeOf(name: string): number {
  if (name === "run/devenv/") return 0o1777;
  return files.includes(name) ? 0o644 : 0o755;
}

function octal(value: number, length: number): string {
  return `${value.toString(8).padStart(length - 1, "0")}\0`;
}
