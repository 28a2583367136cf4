import { describe, expect, test } from "vitest";
import { replaceSection } from "./results.ts";

describe("replaceSection()", () => {
  const document = "# One\n\n1\n\n## Part\n\n# Two\n\n2\n";

  test("puts a section where it was, and leaves the others", () => {
    expect(replaceSection(document, "# One\n\nnew\n")).toBe("# One\n\nnew\n\n# Two\n\n2\n");
    expect(replaceSection(document, "# Two\n\nnew")).toBe("# One\n\n1\n\n## Part\n\n# Two\n\nnew\n");
  });

  test("puts a new section at the end", () => {
    expect(replaceSection(document, "# Three\n")).toBe(`${document}\n# Three\n`);
    expect(replaceSection("", "# Three\n")).toBe("# Three\n");
  });
});
