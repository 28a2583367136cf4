import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { count, formatDuration, formatSize, formatTable, wrap } from "./format.ts";

test.each([
  [0, "0 B"],
  [1, "1 B"],
  [1023, "1023 B"],
  [1024, "1.0 KiB"],
  [10_137, "9.9 KiB"],
  [102_400, "100 KiB"],
  [1024 ** 2 - 1, "1.0 MiB"],
  [1024 ** 2, "1.0 MiB"],
  [5.5 * 1024 ** 3, "5.5 GiB"],
  [5000 * 1024 ** 4, "5000 TiB"],
])("formatSize(%i) is %s", (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});

test.each([
  [0, "0.0 s"],
  [949, "0.9 s"],
  [9_949, "9.9 s"],
  [9_950, "10 s"],
  [59_499, "59 s"],
  [59_500, "1 min 0 s"],
  [200_000, "3 min 20 s"],
])("formatDuration(%i) is %s", (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});

describe("formatTable()", () => {
  const rows = [
    ["NAME", "SIZE", "TEXT"],
    ["a", "1.0 KiB", "something long to say"],
    ["a-longer-name", "2 B", ""],
  ];

  test("pads columns, and leaves no blanks at the ends of lines", () => {
    expect(formatTable(rows)).toBe(
      "NAME           SIZE     TEXT\na              1.0 KiB  something long to say\na-longer-name  2 B\n",
    );
  });

  test("cuts the last column to the window", () => {
    expect(formatTable(rows, 40)).toContain("\na              1.0 KiB  something long…\n");
  });

  test("leaves it where nothing useful would be left", () => {
    expect(formatTable(rows, 30)).toContain("something long to say");
  });

  test("colours take no room", () => {
    const painted = [
      ["A", "B"],
      ["\u001b[32mgreen\u001b[39m", "x"],
      ["plain-", "y"],
    ];
    expect(formatTable(painted)).toBe("A       B\n\u001b[32mgreen\u001b[39m   x\nplain-  y\n");
  });

  test("of nothing is nothing", () => {
    expect(formatTable([])).toBe("");
  });
});

describe("wrap()", () => {
  test("breaks at blanks, indents the lines that follow, and never within a word", () => {
    expect(wrap("one two three averyverylongword four", 10, 2)).toBe("one two\n  three\n  averyverylongword\n  four");
  });

  test("loses no word, and no line is longer than it may be, but for words that are", () => {
    const text = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 }).map((words) => words.join(" "));
    fc.assert(
      fc.property(text, fc.integer({ min: 12, max: 40 }), (words, width) => {
        const wrapped = wrap(words, width);
        expect(wrapped.replaceAll("\n", " ")).toBe(words);
        for (const line of wrapped.split("\n")) expect(line.length).toBeLessThanOrEqual(width);
      }),
    );
  });
});

test("count() knows one from many", () => {
  expect([count(0, "item"), count(1, "item"), count(2, "entry", "entries")]).toEqual([
    "0 items",
    "1 item",
    "2 entries",
  ]);
});
