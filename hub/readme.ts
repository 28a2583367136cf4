import MarkdownIt from "markdown-it";
import sanitizeHtml from "sanitize-html";
import { Html } from "./html.ts";

/**
 * Renders a README from anybody. HTML in it is shown as text; of what Markdown makes only plain tags are left, and links to
 * web addresses. Pictures become links: a page of the hub loads nothing from elsewhere.
 *
 * @param topLevel of its headings in the page: 3 makes `#` an `<h3>`
 */
export function readmeHtml(markdown: string, topLevel: number): Html {
  return new Html(sanitizeHtml(renderer.render(markdown, { topLevel }), allowed));
}

const renderer = new MarkdownIt({ html: false, linkify: true, maxNesting: 20 });

renderer.core.ruler.push("headings", ({ tokens, env }) => {
  const { topLevel } = env as { topLevel: number };
  for (const token of tokens) {
    if (!token.type.startsWith("heading_")) continue;
    token.tag = `h${Math.min(6, Number(token.tag.slice(1)) + topLevel - 1)}`;
  }
});

const { escapeHtml } = renderer.utils;
renderer.renderer.rules["image"] = (tokens, index) => {
  const token = tokens[index];
  return `<a href="${escapeHtml(String(token?.attrGet("src") ?? ""))}">${escapeHtml(token?.content ?? "")}</a>`;
};
// What is too wide scrolls, also by the keyboard.
renderer.renderer.rules["table_open"] = () => '<div class="scroll" tabindex="0"><table>';
renderer.renderer.rules["table_close"] = () => "</table></div>";

const allowed: sanitizeHtml.IOptions = {
  allowedTags:
    "h1 h2 h3 h4 h5 h6 p a ul ol li blockquote hr br strong em s code pre div table thead tbody tr th td span".split(
      " ",
    ),
  allowedAttributes: { a: ["href", "rel"], pre: ["tabindex"], div: ["class", "tabindex"] },
  allowedClasses: { div: ["scroll"] },
  allowedSchemes: ["http", "https"],
  allowProtocolRelative: false,
  transformTags: {
    // Paths would lead into the hub.
    a: (_name, { href = "" }) =>
      /^https?:\/\//i.test(href)
        ? { tagName: "a", attribs: { href, rel: "nofollow noopener" } }
        : { tagName: "span", attribs: {} },
    pre: () => ({ tagName: "pre", attribs: { tabindex: "0" } }),
  },
};
