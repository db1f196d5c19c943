/** The public API: what a `devenv.config.ts` imports. Inert: loading it loads nothing of the tool. */
export * from "./config/define.ts";
export * from "./config/layers.ts";
export { type ConfigPart, type ConfigPartInput, mergeConfig } from "./config/merge.ts";
export { go, type NodeOptions, node, python } from "./config/presets.ts";
export { DevenvError } from "./errors.ts";
