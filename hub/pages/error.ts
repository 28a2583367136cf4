import { html } from "../html.ts";
import { page } from "./layout.ts";

export function notFoundPage(path: string): string {
  return page({
    title: "Not found",
    content: html`<h1>Not found</h1>
      <p>There is nothing at <code>${path}</code>. It may have been deleted, or never pushed.</p>
      <p><a href="/">Show all filters</a></p>`,
  });
}

export function passwordPage(host: string): string {
  return page({
    title: "Password needed",
    content: html`<h1>This hub asks for a password</h1>
      <p>Reload the page to give your name and password. On the command line:</p>
      <pre tabindex="0"><code>wasm login ${host}</code></pre>`,
  });
}

export function failurePage(): string {
  return page({
    title: "The hub failed",
    content: html`<h1>The hub failed</h1>
      <p>It is not your mistake; the hub's log says more. Please try again.</p>`,
  });
}
