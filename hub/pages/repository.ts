import { type Html, html } from "../html.ts";
import { readmeHtml } from "../readme.ts";
import type { RepositoryDetails, TagDetails } from "../shelf.ts";
import { facts } from "./facts.ts";
import { count, day, digestCode, size } from "./format.ts";
import { page } from "./layout.ts";

/** Everything about one repository. @param host under which this hub was asked */
export function repositoryPage(repository: RepositoryDetails, host: string): string {
  const { name, tags, filter, annotations, readme } = repository;
  const description = annotations["org.opencontainers.image.description"];
  return page({
    title: name,
    content: html`<h1>${name}</h1>
      ${description !== undefined && html`<p class="lead">${description}</p>`}
      <div class="columns">
        <div>
          ${tags[0] && commands(`${host}/${name}`, tags[0], filter !== undefined)}${
            readme !== undefined &&
            html`<section class="readme" aria-labelledby="readme">
              <h2 id="readme">README</h2>
              ${readmeHtml(readme, 3)}
            </section>`
          }
          ${tagTable(tags)}${
            filter?.configSchema !== undefined &&
            html`<section aria-labelledby="schema">
              <h2 id="schema">Configuration schema</h2>
              <pre tabindex="0"><code>${filter.configSchema}</code></pre>
            </section>`
          }
        </div>
        <aside aria-label="Facts">${facts(repository)}</aside>
      </div>`,
  });
}

/** Each of them is selected with one click. */
function commands(repository: string, { tag, digest }: TagDetails, isFilter: boolean): Html {
  const reference = `${repository}:${tag}`;
  const line = (what: string, command: string): Html =>
    html`<dt>${what}</dt>
      <dd><code class="command" tabindex="0">${command}</code></dd>`;
  return html`<section aria-labelledby="use">
    <h2 id="use">Use it</h2>
    <dl class="commands">
      ${line("Pull", `wasm pull ${reference}`)}${
        isFilter && line("Deploy to an Envoy", `wasm deploy envoy ${reference} -b envoy.yaml`)
      }
      ${line("Exactly this one, by digest", `wasm pull ${repository}@${digest}`)}
    </dl>
  </section>`;
}

function tagTable(tags: readonly TagDetails[]): Html {
  return html`<section aria-labelledby="tags">
    <h2 id="tags">${count(tags.length, "tag", "tags")}</h2>
    <div class="scroll" tabindex="0" role="region" aria-labelledby="tags">
      <table>
        <thead>
          <tr>
            <th scope="col">Tag</th>
            <th scope="col">Digest</th>
            <th scope="col">Size</th>
            <th scope="col">Pushed</th>
          </tr>
        </thead>
        <tbody>
          ${tags.map(
            ({ tag, digest, sizeBytes, pushedAt }) =>
              html`<tr>
                <td><code>${tag}</code></td>
                <td>${digestCode(digest)}</td>
                <td>${size(sizeBytes)}</td>
                <td>${day(pushedAt)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
