import { type Html, html } from "../html.ts";

/** Delimiters are looked for no further than this, so that no text takes quadratic time. */
const farthest = 2_000;
const deepest = 8;

/** Something that was found in a text, and where the text goes on behind it. */
interface Found {
  readonly content: Html;
  readonly end: number;
}

/** Renders the inside of a paragraph (CommonMark, "Inlines"): code, emphasis, links, escapes. */
export function inline(text: string, depth = 0): Html {
  const parts: Html[] = [];
  let plain = "";
  for (let at = 0; at < text.length;) {
    const found = depth < deepest ? special(text, at, depth) : undefined;
    if (found) {
      parts.push(html`${plain}`, found.content);
      plain = "";
      at = found.end;
    } else {
      plain += text[at++];
    }
  }
  return html`${[...parts, html`${plain}`]}`;
}

function special(text: string, at: number, depth: number): Found | undefined {
  switch (text.charAt(at)) {
    case "\\":
      return /[!-/:-@[-`{-~]/.test(text[at + 1] ?? "") ? { content: html`${text[at + 1]}`, end: at + 2 } : undefined;
    case "`":
      return code(text, at);
    case "*":
    case "_":
      return emphasis(text, at, depth);
    case "[":
      return link(text, at, depth);
    case "!":
      // Pictures of other sites would tell those who looks; the link says that there is one.
      return text[at + 1] === "[" ? link(text, at + 1, depth) : undefined;
    case "h":
      return address(text, at);
    default:
      return undefined;
  }
}

function code(text: string, at: number): Found {
  const [fence = ""] = /^`+/.exec(text.slice(at, at + farthest)) ?? [];
  const from = at + fence.length;
  const to = closing(text, fence, from);
  if (to < 0) return { content: html`${fence}`, end: from };
  return { content: html`<code>${text.slice(from, to).trim()}</code>`, end: to + fence.length };
}

function emphasis(text: string, at: number, depth: number): Found | undefined {
  const mark = text[at] ?? "";
  const delimiter = text.startsWith(mark + mark, at) ? mark + mark : mark;
  const from = at + delimiter.length;
  const to = closing(text, delimiter, from + 1);
  if (to < 0 || /\s/.test(text[from] ?? " ") || /\s/.test(text[to - 1] ?? " ")) return undefined;
  const end = to + delimiter.length;
  // An underscore within a word is part of it.
  if (mark === "_" && (/\w/.test(text[at - 1] ?? "") || /\w/.test(text[end] ?? ""))) return undefined;
  const inside = inline(text.slice(from, to), depth + 1);
  return { content: delimiter.length === 2 ? html`<strong>${inside}</strong>` : html`<em>${inside}</em>`, end };
}

function link(text: string, at: number, depth: number): Found | undefined {
  const middle = closing(text, "](", at + 1);
  const to = middle < 0 ? -1 : closingParenthesis(text, middle + 2);
  if (to < 0) return undefined;
  const label = inline(text.slice(at + 1, middle), depth + 1);
  const [target = ""] = text
    .slice(middle + 2, to)
    .trim()
    .split(/\s/, 1);
  return { content: anchor(target, label), end: to + 1 };
}

/** A web address that stands in the text as it is. */
function address(text: string, at: number): Found | undefined {
  if (/\w/.test(text[at - 1] ?? "")) return undefined;
  const [found] = /^https?:\/\/[^\s<>()[\]"'`|]+/.exec(text.slice(at, at + farthest)) ?? [];
  const url = found?.replace(/[.,;:!?*_]+$/, "");
  return url === undefined ? undefined : { content: anchor(url, html`${url}`), end: at + url.length };
}

/** Only web addresses become links: `javascript:`, `data:` and paths of this hub stay text. */
export function anchor(target: string, label: Html): Html {
  return /^https?:\/\/[^\s]/i.test(target) ? html`<a href="${target}" rel="nofollow noopener">${label}</a>` : label;
}

function closing(text: string, delimiter: string, from: number): number {
  const to = text.slice(from, from + farthest).indexOf(delimiter);
  return to < 0 ? -1 : from + to;
}

/** The end of a link's target, which may itself have parentheses in pairs. */
function closingParenthesis(text: string, from: number): number {
  let open = 1;
  for (let at = from; at < Math.min(text.length, from + farthest); at++) {
    if (text[at] === "(") open++;
    else if (text[at] === ")" && --open === 0) return at;
  }
  return -1;
}
