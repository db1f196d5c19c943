import { expect, it } from "vitest";
import { meets } from "../../../../src/onboard/init/python-range.ts";

it.each([
  ["", true],
  [">=3.9", true],
  [">=3.11.2", true],
  [">=3.11.3", false],
  [">=3.12", false],
  [">=3.8,<3.11", false],
  [">=3.8, <4", true],
  [">3.11.2", false],
  ["<=3.11", false],
  ["~=3.9", true],
  ["~=3.11.0", true],
  ["~=3.10.0", false],
  ["==3.11", true],
  ["==3.11.*", true],
  ["==3.10.*", false],
  ["===3.11.2", true],
  ["!=3.11.*", false],
  ["!=3.10.*,>=3.8", true],
  ["^3.9", true],
  ["^4.0", false],
  ["~3.11", true],
  ["~3.10", false],
  ["3.11", true],
  ["3.12", false],
  ["^3.12 || 3.11", true],
  ["whatever", true],
])("Python 3.11.2 and the requirement %j: %s", (requirement, isMet) => {
  expect(meets(requirement, [3, 11, 2])).toBe(isMet);
});
