import type { Progress } from "#core";
import { once } from "./once.ts";

/** Milliseconds between two reports of one task's bytes. */
const reportEveryMs = 200;

/**
 * One JSON object a line: `{"progress": {"id", "label", "state": "begun" | "running" | "done" | "failed", "bytes",
 * "totalBytes"?, "note"?}}`.
 *
 * @param now milliseconds of a clock that never goes back
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
