import type { ListedFolder } from "../container/list-folder.ts";
import type { Path } from "../entry.ts";
import type { Side, Stamp } from "../side.ts";

/** What the agent does on this machine, since Node cannot, or takes longer. */
export interface Native {
  /** Two paths get what the other one had; false where that cannot be done. Throws SideError. */
  swap(one: Path, other: Path): Promise<boolean>;
  /** What is as expected goes, unless somebody has it open to write; whether it is gone. */
  discard(path: Path, expected: Stamp): Promise<boolean>;
  /** Whether somebody has a file open for writing; false also where that cannot be told. */
  isWritten(path: Path): Promise<boolean>;
  /** What stands in a folder; undefined where the agent cannot be asked. Throws SideError: `missing` when there is none. */
  list(path: Path): Promise<ListedFolder | undefined>;
  /** As of a side; undefined where the agent cannot be asked. */
  collector(): Promise<Side["collect"]>;
}
