/** Shows work that takes a while. The CLI draws it; rooms only report. */
export interface Progress {
  /**
   * Begins one line of progress.
   *
   * @param label what is being done, such as `pushing 4f0a…`
   * @param totalBytes the amount that {@link ProgressTask.advance} adds up to; absent when unknown
   */
  task(label: string, totalBytes?: number): ProgressTask;
}

export interface ProgressTask {
  /** @param bytes since the last call; negative when a transfer starts again from an earlier offset */
  advance(bytes: number): void;
  /** Ends the line. @param note replaces the figures, such as `already there` */
  done(note?: string): void;
  /** Ends the line without success. The error itself is reported by whoever throws it. */
  fail(): void;
}

const silentTask: ProgressTask = { advance() {}, done() {}, fail() {} };

/** Shows nothing. The default wherever progress is optional. */
export const silentProgress: Progress = { task: () => silentTask };
