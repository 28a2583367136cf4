import { type Html, html } from "../html.ts";
import type { FilterDetails, RepositoryDetails } from "../shelf.ts";
import { page, size, time } from "./layout.ts";

/** Everything about one repository. @param host under which this hub was asked */
export function repositoryPage(repository: RepositoryDetails, host: string): string {
  const { name, tags, filter, annotations, readme, referrers } = repository;
  const newest = tags[0];
  const description = annotations["org.opencontainers.image.description"];
  const reference = `${host}/${name}:${newest?.tag ?? "latest"}`;
  return page(
    `${name} · WebAssembly Hub`,
    html`<h1>${name}</h1>
      ${description !== undefined && html`<p class="lead">${description}</p>`}
      <section aria-label="Commands">
        <pre><code>wasm pull ${reference}
wasm deploy envoy ${reference} -b envoy.yaml</code></pre>
      </section>
      <div class="columns">
        <div>
          ${
            readme !== undefined &&
            html`<section>
              <h2>README</h2>
              <pre class="readme">${readme}</pre>
            </section>`
          }
          <section>
            <h2>Tags</h2>
            <div class="scroll">
              <table>
                <thead>
                  <tr>
                    <th>Tag</th>
                    <th>Digest</th>
                    <th>Size</th>
                    <th>Pushed</th>
                  </tr>
                </thead>
                <tbody>
                  ${tags.map(
                    ({ tag, digest, sizeBytes, pushedAt }) =>
                      html`<tr>
                        <td><code>${tag}</code></td>
                        <td><code title="${digest}">${digest.slice(0, 19)}…</code></td>
                        <td>${size(sizeBytes)}</td>
                        <td>${time(pushedAt)}</td>
                      </tr>`,
                  )}
                </tbody>
              </table>
            </div>
          </section>
          ${
            filter?.configSchema !== undefined &&
            html`<section>
              <h2>Configuration schema</h2>
              <pre><code>${filter.configSchema}</code></pre>
            </section>`
          }
        </div>
        <aside>
          ${facts(filter, annotations)}${
            referrers.length > 0 &&
            html`<h2>Referrers</h2>
              <ul class="plain">
                ${referrers.map(({ artifactType, digest }) => html`<li>${artifactType}<br /><code title="${digest}">${digest.slice(0, 19)}…</code></li>`)}
              </ul>`
          }
        </aside>
      </div>`,
  );
}

function facts(filter: FilterDetails | undefined, annotations: Readonly<Record<string, string>>): Html {
  const rows: (readonly [string, string | undefined])[] = [
    ["Version", annotations["org.opencontainers.image.version"]],
    ["Licence", annotations["org.opencontainers.image.licenses"]],
    ["Authors", annotations["org.opencontainers.image.authors"]],
    ["Proxy-Wasm ABI", filter?.abiVersions.join(", ")],
    ["Root ids", filter?.rootIds.map((id) => id || '""').join(", ")],
    ["Module", filter && size(filter.moduleSizeBytes)],
    ["Image format", filter?.format],
  ];
  const shown = rows.filter(([, value]) => value !== undefined && value !== "");
  const source = annotations["org.opencontainers.image.source"];
  // Nothing but a web address becomes a link.
  const link =
    source !== undefined &&
    /^https?:\/\//.test(source) &&
    html`<dt>Source</dt>
      <dd><a href="${source}" rel="nofollow noopener">${source}</a></dd>`;
  if (!filter) return html`<p class="muted">The newest tag is not an image of a Proxy-Wasm filter.</p>`;
  return html`<dl>
    ${shown.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}${link}
  </dl>`;
}
