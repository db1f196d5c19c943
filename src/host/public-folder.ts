import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Run with a fresh folder that every user of this machine may read; removed afterwards with all that is in it. */
export async function withPublicFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "devenv-"));
  try {
    await chmod(folder, 0o755);
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
