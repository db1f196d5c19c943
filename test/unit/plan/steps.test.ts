import { describe, expect, it } from "vitest";
import { dockerfileSteps } from "../../../src/plan/steps.ts";

describe("dockerfileSteps", () => {
  it("counts the instructions that BuildKit numbers, with the line each starts at", () => {
    const text = [
      "# comment",
      "FROM debian",
      "",
      "ENV A=1",
      "RUN one \\",
      "    # a comment inside",
      "    two",
      "copy a b",
      "RUN cat <<EOF > /x",
      "FROM inside",
      "EOF",
      "WORKDIR /x",
      "USER root",
      "ADD c.tar /",
    ].join("\n");
    const steps = dockerfileSteps(text).map(({ line, instruction }) => [line, instruction.split(" ")[0]]);
    expect(steps).toEqual([
      [2, "FROM"],
      [5, "RUN"],
      [8, "copy"],
      [9, "RUN"],
      [12, "WORKDIR"],
      [14, "ADD"],
    ]);
  });
});
