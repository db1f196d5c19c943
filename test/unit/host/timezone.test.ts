import { expect, it } from "vitest";
import { hostTimezone } from "../../../src/host/timezone.ts";

it("is the zone that TZ names, and else the system's", () => {
  const system = Intl.DateTimeFormat().resolvedOptions().timeZone;
  expect(hostTimezone({ env: { TZ: "Europe/Berlin" } })).toBe("Europe/Berlin");
  expect(hostTimezone({ env: { TZ: ":America/Argentina/Buenos_Aires" } })).toBe("America/Argentina/Buenos_Aires");
  for (const TZ of [undefined, "", ":/etc/zone", "../../etc/passwd"])
    expect(hostTimezone({ env: { TZ } })).toBe(system);
});
