import type { Progress, ProgressTask } from "#core";
import { formatDuration, formatSize } from "./format.ts";
import type { Screen } from "./screen.ts";
import type { Style } from "./style.ts";

export interface LiveProgressOptions {
  readonly screen: Screen;
  readonly style: Style;
  /** Milliseconds of a clock that never goes back. Tests own it. */
  readonly now?: () => number;
  /** Milliseconds between two drawings. Default 80. */
  readonly intervalMs?: number;
}

/** Bars that are redrawn in place, one a task; a finished one scrolls away as a line with its figures. */
export class LiveProgress implements Progress {
  readonly #screen: Screen;
  readonly #style: Style;
  readonly #now: () => number;
  readonly #intervalMs: number;
  readonly #running = new Set<Bar>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LiveProgressOptions) {
    this.#screen = options.screen;
    this.#style = options.style;
    this.#now = options.now ?? (() => performance.now());
    this.#intervalMs = options.intervalMs ?? 80;
  }

  task(label: string, totalBytes?: number): ProgressTask {
    const bar = new Bar(label, totalBytes, this.#now());
    this.#running.add(bar);
    this.#draw();
    // The drawing alone must not keep the process alive.
    this.#timer ??= setInterval(() => this.#draw(), this.#intervalMs).unref();
    const end = (line: string): void => {
      if (!this.#running.delete(bar)) return;
      this.#draw();
      this.#screen.err(`${line}\n`);
      if (this.#running.size === 0) this.stop();
    };
    return {
      advance: (bytes) => bar.advance(bytes, this.#now()),
      done: (note) =>
        end(`${this.#style("green", "✓")} ${label}  ${this.#style("dim", note ?? bar.summary(this.#now()))}`),
      fail: () => end(`${this.#style("red", "✗")} ${label}`),
    };
  }

  /** Clears the bars of tasks that never ended, as after Ctrl-C. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#running.clear();
    this.#screen.draw([]);
  }

  #draw(): void {
    const labelWidth = Math.max(0, ...[...this.#running].map(({ label }) => label.length));
    this.#screen.draw([...this.#running].map((bar) => bar.line(labelWidth, this.#style, this.#now())));
  }
}

const barWidth = 24;
/** The rate shown is that of the last seconds, not of the whole transfer. */
const rateWindowMs = 3_000;

class Bar {
  readonly label: string;
  readonly #totalBytes: number | undefined;
  readonly #startedMs: number;
  #bytes = 0;
  #samples: { readonly atMs: number; readonly bytes: number }[];

  constructor(label: string, totalBytes: number | undefined, nowMs: number) {
    this.label = label;
    this.#totalBytes = totalBytes;
    this.#startedMs = nowMs;
    this.#samples = [{ atMs: nowMs, bytes: 0 }];
  }

  advance(bytes: number, nowMs: number): void {
    this.#bytes += bytes;
    const recent = this.#samples.filter(({ atMs }) => nowMs - atMs <= rateWindowMs);
    const last = recent.at(-1);
    // A chunk is some KiB: one sample for every tenth of a second is enough.
    this.#samples = last && nowMs - last.atMs < 100 ? this.#samples : [...recent, { atMs: nowMs, bytes: this.#bytes }];
  }

  line(labelWidth: number, style: Style, nowMs: number): string {
    const label = this.label.padEnd(labelWidth);
    const elapsed = formatDuration(nowMs - this.#startedMs);
    if (this.#totalBytes === undefined) {
      const frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
      const frame = frames[Math.floor(nowMs / 80) % frames.length] ?? "";
      return `${style("cyan", frame)} ${label}  ${this.#bytes > 0 ? `${formatSize(this.#bytes)}  ` : ""}${elapsed}`;
    }
    const part = this.#totalBytes === 0 ? 1 : Math.min(1, Math.max(0, this.#bytes / this.#totalBytes));
    const filled = Math.round(part * barWidth);
    const bar = style("cyan", "━".repeat(filled)) + style("dim", "─".repeat(barWidth - filled));
    const figures = `${formatSize(this.#bytes)} of ${formatSize(this.#totalBytes)}`;
    return `  ${label}  ${bar}  ${figures}${this.#pace(nowMs)}`;
  }

  summary(nowMs: number): string {
    const size = this.#bytes > 0 ? `${formatSize(this.#bytes)} in ` : "";
    return `${size}${formatDuration(nowMs - this.#startedMs)}`;
  }

  #pace(nowMs: number): string {
    const first = this.#samples[0];
    const elapsedMs = nowMs - (first?.atMs ?? nowMs);
    const bytesPerSecond = elapsedMs < 250 ? 0 : ((this.#bytes - (first?.bytes ?? 0)) / elapsedMs) * 1000;
    if (bytesPerSecond <= 0) return "";
    const leftMs = (((this.#totalBytes ?? 0) - this.#bytes) / bytesPerSecond) * 1000;
    return `  ${formatSize(Math.round(bytesPerSecond))}/s${leftMs > 0 ? `  ${formatDuration(leftMs)} left` : ""}`;
  }
}
