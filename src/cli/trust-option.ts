/** Of the commands that run the config because they are asked to. */
export const trustOption = {
  trust: { type: "boolean", summary: "run the config although code inside has written files of it" },
} as const;
