import { type Html, html } from "../html.ts";
import { stylePath } from "../style.ts";

/** The frame of every page. @param search what stands in the search field */
export function page(title: string, content: Html, search = ""): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="stylesheet" href="${stylePath}" />
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header>
          <a class="brand" href="/">WebAssembly Hub</a>
          <form action="/" role="search">
            <label for="q" class="unseen">Search filters</label>
            <input
              id="q"
              name="q"
              type="search"
              value="${search}"
              placeholder="Search filters by name"
              autocomplete="off"
            />
            <button>Search</button>
          </form>
        </header>
        <main id="content">${content}</main>
        <footer>An OCI registry for Proxy-Wasm filters. <a href="/api/v1/repositories">API</a></footer>
      </body>
    </html> `.text;
}

export function time(moment: Date): Html {
  const iso = moment.toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace("T", " ")} UTC</time>`;
}

export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
