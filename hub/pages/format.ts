import { type Html, html } from "../html.ts";

/** The day; the minute is in the tip. */
export function day(moment: Date): Html {
  const iso = moment.toISOString();
  return html`<time datetime="${iso}" title="${iso.slice(0, 16).replace("T", " ")} UTC">${iso.slice(0, 10)}</time>`;
}

export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

export function count(number: number, one: string, many: string): string {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

/** One click selects all of it, also the part of a digest that is not shown. */
export function digestCode(digest: string): Html {
  return html`<code class="digest" title="${digest}">${digest}</code>`;
}

/** Only web addresses become links: `javascript:`, `data:` and paths of this hub stay text. */
export function anchor(target: string): Html {
  return /^https?:\/\/[^\s]/i.test(target)
    ? html`<a href="${target}" rel="nofollow noopener">${target}</a>`
    : html`${target}`;
}
