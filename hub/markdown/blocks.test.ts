import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dangers, hostile } from "../testing.ts";
import { markdown } from "./blocks.ts";

/** As it is, but for the lines between tags. */
function render(text: string): string {
  return markdown(text, 3)
    .text.replaceAll(/>\s*\n\s*</g, "><")
    .trim();
}

describe("markdown()", () => {
  test.each([
    ["", ""],
    ["text", "<p>text</p>"],
    ["one\nline\n\nother", "<p>one\nline</p><p>other</p>"],
    ["# a\n## b\n###### f", "<h3>a</h3><h4>b</h4><h5>f</h5>"],
    ["# closed ##", "<h3>closed</h3>"],
    ["#no heading", "<p>#no heading</p>"],
    ["text\n# a\ntext", "<p>text</p><h3>a</h3><p>text</p>"],
    ["---", "<hr />"],
    ["```js\na < b\n\n# c\n```\nd", '<pre tabindex="0"><code>a &lt; b\n\n# c</code></pre><p>d</p>'],
    ["~~~\nnever closed", '<pre tabindex="0"><code>never closed</code></pre>'],
    [
      "    wasm build\n\n      --json\n\ntext",
      '<pre tabindex="0"><code>wasm build\n\n  --json</code></pre><p>text</p>',
    ],
    ["- a\n- b\n\ntext", "<ul><li>a</li><li>b</li></ul><p>text</p>"],
    ["* a\n  goes on\nlazily", "<ul><li>a\ngoes on\nlazily</li></ul>"],
    ["1. a\n2) b", "<ol><li>a</li><li>b</li></ol>"],
    ["- a\n  - b\n- c", "<ul><li><p>a</p><ul><li>b</li></ul></li><li>c</li></ul>"],
    ["1. a\n\n   ```\n   code\n   ```", '<ol><li><p>a</p><pre tabindex="0"><code>code</code></pre></li></ol>'],
    ["- a\n1. b", "<ul><li>a</li></ul><ol><li>b</li></ol>"],
    ["> a\n> > b", "<blockquote><p>a</p><blockquote><p>b</p></blockquote></blockquote>"],
    [
      "| a | b |\n|---|:-:|\n| `x` | y \\| z | left out |\nafter",
      '<div class="scroll" tabindex="0"><table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td><code>x</code></td><td>y | z</td></tr></tbody></table></div><p>after</p>',
    ],
    ["a | b\n- | x", "<p>a | b</p><ul><li>| x</li></ul>"],
    [
      "**bold** and *slanted*, __bold__ _slanted_",
      "<p><strong>bold</strong> and <em>slanted</em>, <strong>bold</strong> <em>slanted</em></p>",
    ],
    ["a_file_name and 2 * 3 * 4", "<p>a_file_name and 2 * 3 * 4</p>"],
    ["**not closed", "<p>**not closed</p>"],
    ["`a **b** c`", "<p><code>a **b** c</code></p>"],
    ["`` a ` b ``", "<p><code>a ` b</code></p>"],
    ["a ` alone", "<p>a ` alone</p>"],
    ["\\*not slanted\\* \\a", "<p>*not slanted* \\a</p>"],
    [
      '[text](https://a.example/x_(y)?a=1&b=2 "title")',
      '<p><a href="https://a.example/x_(y)?a=1&amp;b=2" rel="nofollow noopener">text</a></p>',
    ],
    [
      "[**bold**](http://a.example)",
      '<p><a href="http://a.example" rel="nofollow noopener"><strong>bold</strong></a></p>',
    ],
    ["[local](docs/x.md), [none](", "<p>local, [none](</p>"],
    [
      "![picture](https://a.example/x.png)",
      '<p><a href="https://a.example/x.png" rel="nofollow noopener">picture</a></p>',
    ],
    [
      "see https://a.example/x.",
      '<p>see <a href="https://a.example/x" rel="nofollow noopener">https://a.example/x</a>.</p>',
    ],
    ["<b>no HTML</b> &amp;", "<p>&lt;b&gt;no HTML&lt;/b&gt; &amp;amp;</p>"],
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
    expect(render(deep).match(/<ul>/g)?.length).toBeLessThan(20);
    expect(render("> ".repeat(1_000)).match(/<blockquote>/g)?.length).toBeLessThan(20);
  });
});
