import type { Progress } from "#core";

const steps = 4;

/** Draws a bar on a terminal; into a file or a pipe, a line each quarter. */
export function lineProgress(stream: NodeJS.WriteStream): Progress {
  return {
    task(label, totalBytes = 0) {
      let bytes = 0;
      let told = 0;
      const end = (): void => void (stream.isTTY && stream.write("\n"));
      return {
        advance(moved) {
          bytes += moved;
          const share = totalBytes === 0 ? 0 : bytes / totalBytes;
          const figures = `${megabytes(bytes)} of ${megabytes(totalBytes)} MB`;
          if (stream.isTTY) stream.write(`\r  ${label} ${bar(share)} ${figures}`);
          else if (Math.floor(share * steps) > told) {
            told = Math.floor(share * steps);
            stream.write(`  ${label}: ${figures}\n`);
          }
        },
        done: end,
        fail: end,
      };
    },
  };
}

const barWidth = 24;

function bar(share: number): string {
  const filled = Math.round(Math.min(share, 1) * barWidth);
  return `[${"#".repeat(filled)}${" ".repeat(barWidth - filled)}]`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
