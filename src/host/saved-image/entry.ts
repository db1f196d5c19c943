import type { Sha256 } from "../../digest.ts";
import type { FileBlob } from "./spool.ts";
import type { Xattrs } from "./xattrs.ts";

/** One entry of a layer's tar: what is the same whenever the layer is made, so no times. */
export interface LayerEntry {
  /** Absolute, without `.`, `..` and a slash at the end; `/` is the root. Whiteouts stand here under their own names. */
  readonly path: string;
  readonly kind: LayerEntryKind;
  /** Permissions with set-user-id, set-group-id and the sticky bit; 0777 for a link. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of a link as it is written; of a hard link the path that it is another name of. */
  readonly target?: string;
  /** Of a device: major and minor number. */
  readonly device?: readonly [number, number];
  /** Extended attributes by name; values that are not plain text in hexadecimal, after `0x`. */
  readonly xattrs?: Xattrs;
  /** Of a file, in bytes. */
  readonly size?: number;
  /** Of a file: its content. */
  readonly sha256?: Sha256;
}

export type LayerEntryKind = "file" | "folder" | "link" | "hard-link" | "fifo" | "character-device" | "block-device";

export interface SavedLayer {
  /** `sha256:…` over the uncompressed tar. */
  readonly diffId: string;
  /** In the order of the tar. */
  readonly entries: readonly LayerEntry[];
  /** The tar, where it was kept. */
  readonly blob?: FileBlob | undefined;
}

/** An image as an engine saves it. */
export interface SavedImage {
  /** The image's config as its JSON says. */
  readonly config: SavedConfig;
  /** Base first. */
  readonly layers: readonly SavedLayer[];
}

/** The parts that are read here; the rest is whatever the engine wrote. */
export interface SavedConfig {
  readonly architecture?: string;
  readonly os?: string;
  readonly config?: Readonly<Record<string, unknown>> | null;
  readonly history?: readonly { readonly created_by?: string; readonly empty_layer?: boolean }[];
  readonly rootfs?: { readonly diff_ids?: readonly string[] | null };
}
