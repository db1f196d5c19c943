import { expect, it } from "vitest";
import { parseStepName } from "../../../../src/engine/docker/step-name.ts";

it.each([
  ["[2/5] RUN make", { name: "RUN make", number: { index: 2, total: 5 } }],
  ["[ 2/12] COPY a b", { name: "COPY a b", number: { index: 2, total: 12 } }],
  ["[stage-0 2/5] RUN make", { name: "RUN make", number: { index: 2, total: 5 } }],
  ["[linux/arm64 build  3/12] RUN make", { name: "RUN make", number: { index: 3, total: 12 } }],
  ["[1/2] RUN a\nb [3/4] c", { name: "RUN a\nb [3/4] c", number: { index: 1, total: 2 } }],
  ["[internal] load build context", { name: "[internal] load build context" }],
  ["exporting to image", { name: "exporting to image" }],
])("reads %j", (text, step) => {
  expect(parseStepName(text)).toEqual(step);
});
