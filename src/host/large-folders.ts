import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** Names of the folders in a folder that hold more than so many entries, at any depth; sorted. */
export async function largeFolders(root: string, most: number): Promise<readonly string[]> {
  const names = await foldersIn(root);
  const counted = await Promise.all(
    names.map(async (name) => ({ name, count: await countTo(join(root, name), most) })),
  );
  return counted
    .filter(({ count }) => count > most)
    .map(({ name }) => name)
    .sort();
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Stops counting soon after there are more; what cannot be read counts nothing. */
async function countTo(folder: string, most: number): Promise<number> {
  let count = 0;
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined && count <= most; next = folders.pop()) {
    const entries = await readdir(next, { withFileTypes: true }).catch(() => []);
    count += entries.length;
    for (const entry of entries) if (entry.isDirectory()) folders.push(join(next, entry.name));
  }
  return count;
}
