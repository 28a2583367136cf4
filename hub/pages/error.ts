import { html } from "../html.ts";
import { page } from "./layout.ts";

export function notFoundPage(path: string): string {
  return page(
    "Not found · WebAssembly Hub",
    html`<h1>Not found</h1>
      <p>There is nothing at <code>${path}</code>. <a href="/">Show all filters</a></p>`,
  );
}

export function failurePage(): string {
  return page(
    "Failed · WebAssembly Hub",
    html`<h1>The hub failed</h1>
      <p>It is not your mistake; the hub's log says more. Please try again.</p>`,
  );
}
