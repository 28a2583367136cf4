import type { Progress, ProgressTask } from "#core";
import { formatDuration, formatSize } from "./format.ts";

/** Bytes below which a transfer is over before anybody wonders. */
const quickBytes = 1024 * 1024;

/** One line when a task ends, and one when it begins if it may take a while: for logs and pipes. */
export function plainProgress(write: (line: string) => void, now: () => number = () => performance.now()): Progress {
  return {
    task(label, totalBytes) {
      const startedMs = now();
      let bytes = 0;
      if (totalBytes === undefined) write(`${label} …\n`);
      else if (totalBytes >= quickBytes) write(`${label} … ${formatSize(totalBytes)}\n`);
      const summary = (): string =>
        `${bytes > 0 ? `${formatSize(bytes)} in ` : ""}${formatDuration(now() - startedMs)}`;
      return once({
        advance: (more) => void (bytes += more),
        done: (note) => write(`${label}: ${note ?? summary()}\n`),
        fail: () => write(`${label}: failed\n`),
      });
    },
  };
}

/** Milliseconds between two reports of one task's bytes. */
const reportEveryMs = 200;

/**
 * One JSON object a line: `{"progress": {"id", "label", "state": "begun" | "running" | "done" | "failed", "bytes",
 * "totalBytes"?, "note"?}}`.
 */
export function jsonProgress(write: (line: string) => void, now: () => number = () => performance.now()): Progress {
  let lastId = 0;
  return {
    task(label, totalBytes) {
      const id = ++lastId;
      let bytes = 0;
      let reportedMs = now();
      const report = (state: string, note?: string): void => {
        reportedMs = now();
        write(`${JSON.stringify({ progress: { id, label, state, bytes, totalBytes, note } })}\n`);
      };
      report("begun");
      return once({
        advance(more) {
          bytes += more;
          if (now() - reportedMs >= reportEveryMs) report("running");
        },
        done: (note) => report("done", note),
        fail: () => report("failed"),
      });
    },
  };
}

/** A task ends once; what is said after is dropped. */
function once(task: ProgressTask): ProgressTask {
  let isOver = false;
  const ending =
    <Words extends unknown[]>(end: (...words: Words) => void) =>
    (...words: Words): void => {
      if (isOver) return;
      isOver = true;
      end(...words);
    };
  return { advance: (bytes) => isOver || task.advance(bytes), done: ending(task.done), fail: ending(task.fail) };
}
