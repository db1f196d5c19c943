/** The streams and signals of the process that runs devenv, handed in so that everything here runs in a test. */

export interface InputStream extends NodeJS.ReadableStream {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
  unref?(): unknown;
}

export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

export interface Stdio {
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}

export interface Interrupts {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP that nobody takes; the second one ends the process at once. */
  readonly signal: AbortSignal;
  /** The signal that aborted. */
  received(): NodeJS.Signals | undefined;
  /** The last signal that somebody took. */
  taken(): NodeJS.Signals | undefined;
  /** Take every SIGINT, SIGTERM, SIGHUP and SIGQUIT until the returned function is called. */
  forward(take: (name: NodeJS.Signals) => void): () => void;
}
