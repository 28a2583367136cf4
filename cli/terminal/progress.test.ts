import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Progress } from "#core";
import { jsonProgress } from "./json-progress.ts";
import { LiveProgress } from "./live-progress.ts";
import { plainProgress } from "./plain-progress.ts";
import { Screen } from "./screen.ts";

// The clock stands until a test moves it.
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const MiB = 1024 * 1024;

describe("plainProgress()", () => {
  function started(): { progress: Progress; printed: () => string } {
    let text = "";
    return { progress: plainProgress((line) => (text += line)), printed: () => text };
  }

  test("says nothing about what is quick, also when it fails", () => {
    const { progress, printed } = started();
    const [one, other] = [progress.task("blob a", 10), progress.task("blob b", 10)];
    one.advance(10);
    vi.advanceTimersByTime(4_900);
    one.done();
    other.fail();
    vi.advanceTimersByTime(60_000);
    expect(printed()).toBe("");
  });

  test("says how far a long transfer is, now and then, and how it ended", () => {
    const { progress, printed } = started();
    const task = progress.task("blob a", 40 * MiB);
    task.advance(10 * MiB);
    vi.advanceTimersByTime(5_000);
    task.advance(25 * MiB);
    vi.advanceTimersByTime(10_000);
    task.advance(5 * MiB);
    vi.advanceTimersByTime(1_000);
    task.done();
    expect(printed()).toBe(
      "blob a … 10.0 MiB of 40.0 MiB, 5.0 s so far\nblob a … 35.0 MiB of 40.0 MiB, 15 s so far\nblob a: 40.0 MiB, done in 16 s\n",
    );
  });

  test("says that a long build goes on, and that it failed", () => {
    const { progress, printed } = started();
    const task = progress.task("compiling x.ts");
    vi.advanceTimersByTime(6_000);
    task.fail();
    expect(printed()).toBe("compiling x.ts … 5.0 s so far\ncompiling x.ts: failed after 6.0 s\n");
  });
});

describe("jsonProgress()", () => {
  test("an object a line: begun, running at most five times a second, and one end", () => {
    const lines: unknown[] = [];
    const task = jsonProgress((line) => lines.push(JSON.parse(line))).task("blob a", 100);
    for (let chunk = 0; chunk < 10; chunk++) {
      vi.advanceTimersByTime(50);
      task.advance(10);
    }
    task.done("mounted");
    task.done();
    task.fail();
    const common = { id: 1, label: "blob a", totalBytes: 100 };
    expect(lines).toEqual([
      { progress: { ...common, state: "begun", bytes: 0 } },
      { progress: { ...common, state: "running", bytes: 40 } },
      { progress: { ...common, state: "running", bytes: 80 } },
      { progress: { ...common, state: "done", bytes: 100, note: "mounted" } },
    ]);
  });

  test("tasks that run at once are told apart", () => {
    const lines: { progress: { id: number } }[] = [];
    const progress = jsonProgress((line) => lines.push(JSON.parse(line) as (typeof lines)[0]));
    progress.task("blob");
    progress.task("blob");
    expect(lines.map(({ progress: { id } }) => id)).toEqual([1, 2]);
  });
});

describe("LiveProgress", () => {
  /** A terminal that understands what is drawn on it. */
  function terminal(columns = 80): { live: LiveProgress; lines: () => readonly string[]; screen: Screen } {
    let lines = [""];
    const append = (text: string): void => {
      lines = [...lines.slice(0, -1), ...((lines.at(-1) ?? "") + text).split("\n")];
    };
    const write = (text: string): void => {
      // All that it is sent: text, and "up so many lines and clear what is below".
      const [first = "", ...moves] = text.split("\u001b[");
      append(first);
      for (let at = 0; at < moves.length; at += 2) {
        const up = /^(\d+)A\r$/.exec(moves[at] ?? "")?.[1];
        const [, below] = /^J([^]*)$/.exec(moves[at + 1] ?? "") ?? [];
        if (up === undefined || below === undefined) throw new Error(`not understood: ${JSON.stringify(text)}`);
        lines = [...lines.slice(0, lines.length - 1 - Number(up)), ""];
        append(below);
      }
    };
    const output = { write, isTTY: true, hasColors: false, columns: () => columns };
    const screen = new Screen(output, output);
    return { live: new LiveProgress({ screen, style: (_, text) => text }), lines: () => lines.slice(0, -1), screen };
  }

  test("a transfer, frame by frame", () => {
    const { live, lines } = terminal();
    const task = live.task("blob a", 10 * MiB);
    vi.advanceTimersByTime(80);
    expect(lines()).toEqual([]);
    vi.advanceTimersByTime(80);
    expect(lines()).toEqual(["  blob a  ────────────────────────  0 B of 10.0 MiB"]);
    for (let second = 0; second < 2; second++) {
      task.advance(2.5 * MiB);
      vi.advanceTimersByTime(1_000);
    }
    expect(lines()).toEqual(["  blob a  ━━━━━━━━━━━━────────────  5.0 MiB of 10.0 MiB  2.3 MiB/s  2.2 s left"]);
    task.advance(5 * MiB);
    vi.advanceTimersByTime(80);
    expect(lines()[0]).toContain("━━━━━━━━━━━━━━━━━━━━━━━━  10.0 MiB of 10.0 MiB");
    task.done();
    expect(lines()).toEqual(["✓ blob a  10.0 MiB in 2.2 s"]);
  });

  test("what is quick leaves no line, and never flickers", () => {
    const { live, lines } = terminal();
    const task = live.task("blob a", 10);
    vi.advanceTimersByTime(100);
    expect(lines()).toEqual([]);
    task.done();
    expect(lines()).toEqual([]);
  });

  test("something of unknown size turns, and says for how long", () => {
    const { live, lines } = terminal();
    const task = live.task("compiling x.ts");
    vi.advanceTimersByTime(1_600);
    expect(lines()[0]).toMatch(/^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] compiling x\.ts {2}1\.6 s$/);
    const [before] = lines();
    vi.advanceTimersByTime(80);
    expect(lines()[0]).not.toBe(before);
    task.fail();
    expect(lines()).toEqual(["✗ compiling x.ts"]);
  });

  test("several stand below each other, and what is printed goes above them", () => {
    const { live, lines, screen } = terminal();
    live.task("blob a", 10);
    const longer = live.task("blob longer", 10);
    vi.advanceTimersByTime(1_200);
    screen.out("a result\n");
    screen.err("a note\n");
    longer.done("mounted");
    expect(lines()).toEqual([
      "a result",
      "a note",
      "✓ blob longer  mounted",
      "  blob a  ────────────────────────  0 B of 10 B",
    ]);
  });

  test("a transfer that begins again shows what it has, never less than nothing", () => {
    const { live, lines } = terminal();
    const task = live.task("blob a", 10);
    task.advance(8);
    task.advance(-8);
    vi.advanceTimersByTime(200);
    expect(lines()).toEqual(["  blob a  ────────────────────────  0 B of 10 B"]);
  });

  test.each([60, 50, 40, 30])("in a window of %i columns a bar is one line", (columns) => {
    const { live, lines } = terminal(columns);
    const task = live.task("blob 0123456789ab", 10 * MiB);
    vi.advanceTimersByTime(500);
    task.advance(5 * MiB);
    vi.advanceTimersByTime(500);
    expect(lines()).toHaveLength(1);
    expect(lines()[0]?.length).toBeLessThan(columns);
  });

  test("stop() takes away the bars of what never ended, and nothing is drawn afterwards", () => {
    const { live, lines } = terminal();
    live.task("blob a", 10);
    vi.advanceTimersByTime(500);
    live.stop();
    vi.advanceTimersByTime(500);
    expect(lines()).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
