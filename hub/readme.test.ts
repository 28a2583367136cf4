import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readmeHtml } from "./readme.ts";
import { dangers, hostile } from "./testing.ts";

/** As it is, but for the lines between tags. */
function render(text: string): string {
  return readmeHtml(text, 3)
    .text.replaceAll(/>\s*\n\s*</g, "><")
    .trim();
}

describe("readmeHtml()", () => {
  test.each([
    ["", ""],
    ["# a\n## b\n###### f", "<h3>a</h3><h4>b</h4><h6>f</h6>"],
    ["    wasm build", '<pre tabindex="0"><code>wasm build\n</code></pre>'],
    [
      "| a |\n|---|\n| `x` |",
      '<div class="scroll" tabindex="0"><table><thead><tr><th>a</th></tr></thead><tbody><tr><td><code>x</code></td></tr></tbody></table></div>',
    ],
    ["**bold** and *slanted*", "<p><strong>bold</strong> and <em>slanted</em></p>"],
    [
      '[text](https://a.example/x_(y)?a=1&b=2 "title")',
      '<p><a href="https://a.example/x_(y)?a=1&amp;b=2" rel="nofollow noopener">text</a></p>',
    ],
    ["[local](docs/x.md), [//other](//a.example)", "<p><span>local</span>, <span>//other</span></p>"],
    [
      "![picture](https://a.example/x.png)",
      '<p><a href="https://a.example/x.png" rel="nofollow noopener">picture</a></p>',
    ],
    [
      "see https://a.example/x.",
      '<p>see <a href="https://a.example/x" rel="nofollow noopener">https://a.example/x</a>.</p>',
    ],
    ["<b>no HTML</b> &amp;", "<p>&lt;b&gt;no HTML&lt;/b&gt; &amp;</p>"],
  ])("%j", (text, expected) => {
    expect(render(text)).toBe(expected);
  });

  test.each(hostile)("%j can do nothing", (text) => {
    for (const place of [
      text,
      `# ${text}`,
      `- ${text}`,
      `> ${text}`,
      `**${text}**`,
      `[${text}](${text})`,
      `| a |\n|---|\n| ${text} |`,
    ]) {
      expect(dangers(render(place))).toEqual([]);
    }
  });

  test("whatever is written, nothing dangerous comes out", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...hostile,
        "\n",
        "\n\n",
        "  ",
        "- ",
        "1. ",
        "> ",
        "```",
        "|",
        "---",
        "**",
        "_",
        "`",
        "[",
        "](",
        ")",
        "# ",
        "\\",
        "https://",
      ),
      fc.stringMatching(/^[a-z0-9 ]{1,6}$/),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const rendered = render(pieces.join(""));
        expect(dangers(rendered)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  // Each would take minutes if a step looked at all that is left again and again.
  test.each([
    "[",
    "*",
    "`",
    "](",
    "> ",
    "- ",
    "|",
    "![",
    "**a",
    "\\",
    "https://",
    "<",
    "`a``b",
    "1. ",
    "    ",
    "# ",
    "_a_",
    "\n\n",
    "- \n",
    "|-|\n",
  ])("100 000 characters of %j are read to the end", (text) => {
    expect(render(text.repeat(100_000 / text.length)).length).toBeGreaterThanOrEqual(0);
  });

  test("lists in lists in lists end somewhere", () => {
    const deep = Array.from({ length: 200 }, (_, level) => `${"  ".repeat(level)}- ${level}`).join("\n");
    expect(render(deep).match(/<ul>/g)?.length).toBeLessThanOrEqual(20);
    expect(render("> ".repeat(1_000)).match(/<blockquote>/g)?.length).toBeLessThanOrEqual(20);
  });
});
