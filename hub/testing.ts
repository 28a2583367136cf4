/** Texts that run as a script where a page forgets to escape them. */
export const hostile: readonly string[] = [
  "<script>alert(1)</script>",
  '"><script>alert(1)</script>',
  "'><img src=x onerror=alert(1)>",
  "<img src=x onerror=alert(1)//",
  "<svg/onload=alert(1)>",
  "</title><script>alert(1)</script>",
  "</pre></code><script>alert(1)</script>",
  "</textarea><iframe srcdoc='<script>alert(1)</script>'>",
  '" onmouseover="alert(1)" x="',
  "' onfocus='alert(1)' autofocus='",
  "javascript:alert(1)",
  " JaVaScRiPt:alert(1)",
  "java\tscript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "[x](javascript:alert(1))",
  '[x](https://a.example/" onclick="alert(1))',
  '![x](https://a.example/x.png" onerror="alert(1))',
  "[<img src=x onerror=alert(1)>](https://a.example)",
  "`<script>alert(1)</script>`",
  "```html\n<script>alert(1)</script>\n```",
  "| <script> | b |\n|---|---|\n| <img src=x onerror=alert(1)> | b |",
  "&lt;script&gt;alert(1)&lt;/script&gt;",
  "&#60;script&#62;alert(1)&#60;/script&#62;",
  "<!--<script>-->",
  "<base href=//evil.example>",
  "<meta http-equiv=refresh content=0;url=//evil.example>",
  "\u{2028}<script>\u{0}alert(1)</script>",
];

const inert = new Set(
  "html head meta title link body a header div form label input button main footer h1 h2 h3 h4 h5 h6 p br s span ul ol li code pre strong em hr blockquote table thead tbody tr th td dl dt dd time section aside nav".split(
    " ",
  ),
);
const tag = /<(?:!doctype html|\/?([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"<>]*")?)*)\s*\/?)>/g;

/**
 * What stands in a page that can run or load: tags that are not {@link inert}, event handlers, styles, links that are
 * no web addresses and no paths. Empty for a safe page.
 */
export function dangers(page: string): readonly string[] {
  const found: string[] = [];
  const text = page.replace(tag, (whole, name: string | undefined, attributes: string | undefined) => {
    if (name !== undefined && !inert.has(name)) found.push(whole);
    for (const [attribute, key, value = ""] of (attributes ?? "").matchAll(/([a-z-]+)(?:="([^"]*)")?/g)) {
      const isLink = key === "href" || key === "src" || key === "action";
      if (key?.startsWith("on") || key === "style" || key === "srcdoc") found.push(attribute);
      if (isLink && !/^(?:https?:\/\/|\/(?!\/)|#|data:,$)/.test(value)) found.push(attribute);
    }
    return "";
  });
  return [...found, ...(text.match(/[<>].{0,40}/g) ?? [])];
}
