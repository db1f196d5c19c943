/** What detection hands on to the rendering of a config. */
import type { Suite } from "./suites.ts";

export type Language = "node" | "python" | "go";

/** One language of the project, before the base is chosen. */
export interface Candidate {
  readonly language: Language;
  /** The project's name where its own files say one. */
  readonly name: string | undefined;
  readonly packageManager: string;
  /** The official image that brings the language. */
  readonly image: string;
  /** The distribution's packages of this suite will do. */
  fits(suite: Suite): boolean;
  partOn(base: PartBase): Part;
}

export interface PartBase {
  readonly suite: Suite;
  /** The base image brings the language. */
  readonly isBrought: boolean;
}

/** What one language adds to the config. */
export interface Part {
  /** `Node 24.21.0`. */
  readonly title: string;
  /** What in the project asks for it: `.nvmrc`. */
  readonly reason: string | undefined;
  /** Packages of the distribution. */
  readonly packages: readonly string[];
  readonly layers: readonly LayerCode[];
  readonly env: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
  /** Commands of the create hook, in this order. */
  readonly create: readonly string[];
  readonly tasks: Readonly<Record<string, string>>;
}

/** A layer as it stands in a config. */
export interface LayerCode {
  /** What it imports: `node`. */
  readonly layer: string;
  readonly code: string;
  readonly comment?: string | undefined;
}

/** Something found, and where: `24.21.0`, `.nvmrc`. */
export interface Stated {
  readonly value: string;
  readonly source: string;
}
