import type { Progress } from "#core";
import { formatDuration, formatSize } from "./format.ts";
import { once } from "./once.ts";

/** Milliseconds after which somebody who reads a log begins to wonder. What is over sooner says nothing. */
const quickMs = 5_000;
/** Milliseconds between two lines about one task after that. */
const reportEveryMs = 10_000;

/**
 * Lines for logs and pipes, about what takes long and nothing else: how far it is after five seconds, again every ten, and
 * at its end.
 *
 * @param now milliseconds of a clock that never goes back
 */
export function plainProgress(write: (line: string) => void, now: () => number = () => performance.now()): Progress {
  return {
    task(label, totalBytes) {
      const startedMs = now();
      let bytes = 0;
      let wasTold = false;
      const tell = (): void => {
        wasTold = true;
        write(`${label} … ${amount(bytes, totalBytes)}${formatDuration(now() - startedMs)} so far\n`);
        timer = setTimeout(tell, reportEveryMs).unref();
      };
      // Telling alone must not keep the process alive.
      let timer = setTimeout(tell, quickMs).unref();
      const end = (what: string): void => {
        clearTimeout(timer);
        if (wasTold) write(`${label}: ${what}\n`);
      };
      return once({
        advance: (more) => void (bytes += more),
        done: (note) => end(note ?? `${sizePart(bytes)}done in ${formatDuration(now() - startedMs)}`),
        fail: () => end(`failed after ${formatDuration(now() - startedMs)}`),
      });
    },
  };
}

function amount(bytes: number, totalBytes: number | undefined): string {
  if (totalBytes !== undefined) return `${formatSize(bytes)} of ${formatSize(totalBytes)}, `;
  return bytes > 0 ? `${formatSize(bytes)}, ` : "";
}

function sizePart(bytes: number): string {
  return bytes > 0 ? `${formatSize(bytes)}, ` : "";
}
