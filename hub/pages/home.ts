import { type Html, html } from "../html.ts";
import type { Part, RepositorySummary, SearchResult } from "../shelf.ts";
import { page, time } from "./layout.ts";

/** The first page, and the results of a search. */
export function homePage(text: string, part: Part, { total, found }: SearchResult, host: string): string {
  const title = text === "" ? "WebAssembly Hub" : `${text} · WebAssembly Hub`;
  const heading = text === "" ? html`<h1>Filters</h1>` : html`<h1>Filters named “${text}”</h1>`;
  const list =
    found.length > 0
      ? html`<ul class="cards">
          ${found.map((repository) => card(repository))}
        </ul>`
      : empty(text, host);
  return page(
    title,
    html`${heading}${total > 0 && html`<p class="muted">${total === 1 ? "1 filter" : `${total} filters`}</p>`}${list}${pager(text, part, total)}`,
    text,
  );
}

function card({ name, description, tagCount, newestTag, pushedAt }: RepositorySummary): Html {
  return html`<li>
    <a href="/r/${name}"><h2>${name}</h2></a>
    <p>${description || html`<span class="muted">No description</span>`}</p>
    <p class="muted">
      <code>${newestTag}</code> · ${time(pushedAt)} · ${tagCount === 1 ? "1 tag" : `${tagCount} tags`}
    </p>
  </li>`;
}

function empty(text: string, host: string): Html {
  if (text !== "") return html`<p>Nothing has this in its name. <a href="/">Show all filters</a></p>`;
  return html`<p>Nothing has been pushed yet. The first filter is four commands away:</p>
    <pre><code>wasm init my-filter
cd my-filter
wasm build -t ${host}/me/my-filter:v1
wasm push ${host}/me/my-filter:v1</code></pre>`;
}

function pager(text: string, { skip, limit }: Part, total: number): Html {
  const link = (from: number, label: string): Html => {
    const query = new URLSearchParams({ ...(text === "" ? {} : { q: text }), skip: String(from) });
    return html`<a href="/?${query.toString()}">${label}</a>`;
  };
  const previous = skip > 0 && link(Math.max(0, skip - limit), "← Newer");
  const next = skip + limit < total && link(skip + limit, "Older →");
  return previous || next ? html`<nav class="pager" aria-label="Pages">${previous}${next}</nav>` : html``;
}
