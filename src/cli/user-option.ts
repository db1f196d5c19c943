/** Of the commands that run another one inside. */
export const userOption = {
  user: { type: "string", value: "USER", summary: "a user of the container, by name or id; its own by default" },
} as const;
