import type { Progress, ProgressTask } from "#core";
import { Bar } from "./bar.ts";
import type { Screen } from "./screen.ts";
import type { Style } from "./style.ts";

export interface LiveProgressOptions {
  readonly screen: Screen;
  readonly style: Style;
  /** Milliseconds of a clock that never goes back. Tests own it. */
  readonly now?: () => number;
}

/** Milliseconds between two drawings. */
const intervalMs = 80;
/** Milliseconds that a task has run before it is drawn: what is over sooner would only flicker. */
const hiddenMs = 150;
/** Milliseconds that a task has taken for its end to be worth a line of its own. */
const quickMs = 1_000;

/** Bars that are redrawn in place, one a task; one that took its time scrolls away as a line with its figures. */
export class LiveProgress implements Progress {
  readonly #screen: Screen;
  readonly #style: Style;
  readonly #now: () => number;
  readonly #running = new Set<Bar>();
  #timer: NodeJS.Timeout | undefined;

  constructor({ screen, style, now = () => performance.now() }: LiveProgressOptions) {
    this.#screen = screen;
    this.#style = style;
    this.#now = now;
  }

  task(label: string, totalBytes?: number): ProgressTask {
    const bar = new Bar(label, totalBytes, this.#now());
    this.#running.add(bar);
    // The drawing alone must not keep the process alive.
    this.#timer ??= setInterval(() => this.#draw(), intervalMs).unref();
    const end = (line: string): void => {
      if (!this.#running.delete(bar)) return;
      this.#draw();
      if (bar.elapsedMs(this.#now()) >= quickMs) this.#screen.err(`${line}\n`);
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
    const nowMs = this.#now();
    const shown = [...this.#running].filter((bar) => bar.elapsedMs(nowMs) >= hiddenMs);
    const labelWidth = Math.max(0, ...shown.map(({ label }) => label.length));
    const columns = this.#screen.columns();
    this.#screen.draw(shown.map((bar) => bar.line({ labelWidth, columns, style: this.#style, nowMs })));
  }
}
