import fc from "fast-check";
import { expect, it } from "vitest";
import { createStampTable } from "../../../src/sync/stamp-table.ts";

const names = fc.constantFrom("a", "B", "ä", "e\u0301", "🦀", "", "long-name", "0", "~", "-");

it("gives what was set last, however often it is packed", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("set" as const), name: names, stamp: fc.maxSafeNat() }),
    fc.record({ kind: fc.constantFrom("delete" as const, "pack" as const), name: names, stamp: fc.constant(0) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const table = createStampTable();
      const model = new Map<string, number>();
      for (const { kind, name, stamp } of steps) {
        if (kind === "pack") table.pack((one) => one);
        else if (kind === "set") {
          table.set(name, stamp);
          model.set(name, stamp);
        } else {
          table.delete(name);
          model.delete(name);
        }
        for (const known of ["a", "B", "ä", "e\u0301", "🦀", "", "long-name", "0", "~", "-", "none"]) {
          expect([known, table.get(known)]).toEqual([known, model.get(known)]);
        }
      }
    }),
  );
});
