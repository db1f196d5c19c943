import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { posix, win32 } from "node:path";

interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Absolute path of a program on PATH, or undefined; an absolute `program` stands for itself when it can be run. */
export async function findProgram(program: string, { platform, env }: Machine): Promise<string | undefined> {
  const path = platform === "win32" ? win32 : posix;
  const folders = path.isAbsolute(program) ? [""] : (env.PATH ?? "").split(path.delimiter).filter(path.isAbsolute);
  const extensions = platform === "win32" ? (env.PATHEXT ?? ".COM;.EXE;.BAT;.CMD").split(";") : [""];
  for (const folder of folders) {
    for (const extension of extensions) {
      const file = path.join(folder, program + extension);
      if (await isProgram(file)) return file;
    }
  }
  return undefined;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
