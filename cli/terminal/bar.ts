import { formatDuration, formatSize } from "./format.ts";
import type { Style } from "./style.ts";

/** The rate shown is that of the last seconds, not of the whole transfer. */
const rateWindowMs = 3_000;
/** Characters of a bar, and what is left of it in a narrow window. */
const widest = 24;
const narrowest = 8;

export interface BarLine {
  /** Labels are padded to this. */
  readonly labelWidth: number;
  /** Characters in a line of the terminal. */
  readonly columns: number;
  readonly style: Style;
  readonly nowMs: number;
}

/** One task as it is drawn: a bar with figures when its size is known, else something that turns. */
export class Bar {
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

  elapsedMs(nowMs: number): number {
    return nowMs - this.#startedMs;
  }

  line({ labelWidth, columns, style, nowMs }: BarLine): string {
    const label = this.label.padEnd(labelWidth);
    if (this.#totalBytes === undefined) {
      const frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
      const frame = frames[Math.floor(nowMs / 80) % frames.length] ?? "";
      const size = this.#bytes > 0 ? `${formatSize(this.#bytes)}  ` : "";
      return `${style("cyan", frame)} ${label}  ${size}${formatDuration(this.elapsedMs(nowMs))}`;
    }
    const figures = `${formatSize(this.#bytes)} of ${formatSize(this.#totalBytes)}`;
    const pace = this.#pace(nowMs);
    // What the window has no room for goes: first the pace, then a part of the bar.
    const room = columns - 1 - `  ${label}    ${figures}`.length;
    const shownPace = room - pace.length >= narrowest ? pace : "";
    const width = Math.max(narrowest, Math.min(widest, room - shownPace.length));
    const part = this.#totalBytes === 0 ? 1 : Math.min(1, Math.max(0, this.#bytes / this.#totalBytes));
    const filled = Math.round(part * width);
    return `  ${label}  ${style("cyan", "━".repeat(filled))}${style("dim", "─".repeat(width - filled))}  ${figures}${shownPace}`;
  }

  summary(nowMs: number): string {
    const size = this.#bytes > 0 ? `${formatSize(this.#bytes)} in ` : "";
    return `${size}${formatDuration(this.elapsedMs(nowMs))}`;
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
