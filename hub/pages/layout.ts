import { type Html, html } from "../html.ts";
import { stylePath } from "../style.ts";

export interface PageOptions {
  /** What the page is about; the hub's name follows. Absent: the hub's name alone. */
  readonly title?: string;
  readonly content: Html;
  /** What stands in the search field. */
  readonly search?: string;
}

const siteName = "WebAssembly Hub";

/** The frame of every page. */
export function page({ title, content, search = "" }: PageOptions): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title === undefined ? siteName : `${title} · ${siteName}`}</title>
        <link rel="stylesheet" href="${stylePath}" />
        <link rel="icon" href="data:," />
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header>
          <div class="frame">
            <a class="brand" href="/">${siteName}</a>
            <form action="/" role="search">
              <label for="q" class="unseen">Search filters by name</label>
              <input
                id="q"
                name="q"
                type="search"
                value="${search}"
                placeholder="Search filters by name"
                maxlength="255"
                autocomplete="off"
              />
              <button>Search</button>
            </form>
          </div>
        </header>
        <main id="content" class="frame" tabindex="-1">${content}</main>
        <footer>
          <div class="frame">
            An OCI registry for Proxy-Wasm filters: any OCI client can push and pull.
            <a href="/api/v1/repositories">API</a>
          </div>
        </footer>
      </body>
    </html> `.text;
}
