import { type Html, html } from "../html.ts";
import type { Part, RepositorySummary, SearchResult } from "../shelf.ts";
import { count, day } from "./format.ts";
import { page } from "./layout.ts";

/** The first page, and the results of a search. @param host under which this hub was asked */
export function homePage(text: string, part: Part, { total, found }: SearchResult, host: string): string {
  const content = html`${text === "" ? intro() : results(text, total)}${
    found.length > 0
      ? html`<ul class="cards">
          ${found.map((repository) => card(repository))}
        </ul>`
      : empty(text, total, host)
  }${pager(text, part, total)}`;
  return page(text === "" ? { content } : { title: text, content, search: text });
}

function intro(): Html {
  return html`<h1>Filters for Envoy</h1>
    <p class="lead">
      Proxy-Wasm filters that Envoy, and the gateways and meshes built on it, load without being compiled anew.
    </p>`;
}

function results(text: string, total: number): Html {
  return html`<h1>Filters named “${text}”</h1>
    ${total > 0 && html`<p class="muted">${count(total, "filter", "filters")}</p>`}`;
}

function card({ name, description, tagCount, newestTag, pushedAt }: RepositorySummary): Html {
  return html`<li>
    <h2><a href="/r/${name}">${name}</a></h2>
    <p>${description || html`<span class="muted">No description</span>`}</p>
    <p class="muted small"><code>${newestTag}</code> · ${count(tagCount, "tag", "tags")} · ${day(pushedAt)}</p>
  </li>`;
}

function empty(text: string, total: number, host: string): Html {
  const all = html`<a href="/">Show all filters</a>`;
  if (total > 0) return html`<p>There are no more. ${all}</p>`;
  if (text !== "") return html`<p>No filter has this in its name. ${all}</p>`;
  return html`<section class="panel">
    <h2>Nothing has been pushed yet</h2>
    <p>The first filter is four commands away:</p>
    <pre tabindex="0"><code>wasm init my-filter
cd my-filter
wasm build -t ${host}/me/my-filter:v1
wasm push ${host}/me/my-filter:v1</code></pre>
  </section>`;
}

function pager(text: string, { skip, limit }: Part, total: number): Html {
  const link = (from: number, label: string): Html => {
    const query = new URLSearchParams({ ...(text === "" ? {} : { q: text }), skip: String(from) });
    return html`<a href="/?${query.toString()}">${label}</a>`;
  };
  const newer = skip > 0 && link(Math.max(0, skip - limit), "← Newer");
  const older = skip + limit < total && link(skip + limit, "Older →");
  return newer || older ? html`<nav class="pager" aria-label="Pages">${newer}${older}</nav>` : html``;
}
