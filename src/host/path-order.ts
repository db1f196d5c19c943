/**
 * Order of `/`-separated paths: depth first, siblings by the UTF-8 bytes of their names, a folder
 * before what it holds: `a`, `a/x`, `a-b`. BuildKit takes entries in no other order.
 */
export function comparePaths(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index++) {
    const [left, right] = [one.charCodeAt(index), other.charCodeAt(index)];
    if (left !== right) return rank(left) - rank(right);
  }
  return one.length - other.length;
}

/** `/` ends a name, so it sorts before all else; surrogates stand for code points above all other units, as in UTF-8. */
function rank(unit: number): number {
  if (unit === slash) return -1;
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

const slash = 0x2f;

/** The folders that hold a path, outermost first: `a/b/c` → `a`, `a/b`. */
export function parentsOf(path: string): readonly string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}
