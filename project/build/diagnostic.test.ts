import { describe, expect, test } from "vitest";
import { formatDiagnostic, locate, type RawDiagnostic } from "./diagnostic.ts";

const text = "let a: i32 = 1;\n\tlet b: string = a;\r\nlast";

function raw(start: number, end: number, file = "assembly/index.ts"): RawDiagnostic {
  const range = { start, end, source: { normalizedPath: file } };
  return { message: "Type 'i32' is not assignable to type 'string'.", code: 2322, category: 3, range };
}

describe("locate()", () => {
  const texts = new Map([["assembly/index.ts", text]]);

  test.each([
    { name: "in the first line", at: [4, 5], expected: { line: 1, column: 5, excerpt: "let a: i32 = 1;", length: 1 } },
    {
      name: "after a tab, in a line that ends as on Windows",
      at: [34, 35],
      expected: { line: 2, column: 19, excerpt: "\tlet b: string = a;", length: 1 },
    },
    {
      name: "at the end of the file",
      at: [text.length, text.length],
      expected: { line: 3, column: 5, excerpt: "last", length: 1 },
    },
    {
      name: "over several lines, marked in the first",
      at: [4, 30],
      expected: { line: 1, column: 5, excerpt: "let a: i32 = 1;", length: 11 },
    },
  ])("finds what is $name", ({ at: [start = 0, end = 0], expected }) => {
    expect(locate(raw(start, end), texts)).toMatchObject({
      file: "assembly/index.ts",
      code: "TS2322",
      severity: "error",
      ...expected,
    });
  });

  test("has no excerpt of a file that it does not know", () => {
    expect(locate(raw(0, 1, "~lib/array.ts"), texts)).toMatchObject({
      file: "~lib/array.ts",
      line: undefined,
      excerpt: undefined,
    });
  });

  test("has no place for what has none", () => {
    const found = locate({ message: "out of memory", code: 100, category: 3, range: null }, texts);
    expect(found).toMatchObject({ code: "AS100", file: undefined });
    expect(formatDiagnostic(found)).toBe("error: out of memory [AS100]");
  });
});

describe("formatDiagnostic()", () => {
  test("marks what is meant, tabs and all", () => {
    const found = locate(raw(34, 35), new Map([["assembly/index.ts", text]]));
    expect(formatDiagnostic(found)).toBe(
      [
        "assembly/index.ts:2:19: error: Type 'i32' is not assignable to type 'string'. [TS2322]",
        " 2 | \tlet b: string = a;",
        "   | \t                 ^",
      ].join("\n"),
    );
  });

  test("colours the severity and the mark", () => {
    const found = locate(raw(4, 5), new Map([["assembly/index.ts", text]]));
    const painted = formatDiagnostic(found, (severity, words) => `<${severity}>${words}</>`);
    expect(painted).toContain("<error>error</>: Type");
    expect(painted).toContain("| " + " ".repeat(4) + "<error>^</>");
  });
});
