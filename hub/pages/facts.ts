import { type Html, html } from "../html.ts";
import type { FilterDetails, RepositoryDetails } from "../shelf.ts";
import { anchor, digestCode, size } from "./format.ts";

const prefix = "org.opencontainers.image.";

/** Annotations that have a place of their own on the page. */
const known: Readonly<Record<string, string>> = {
  version: "Version",
  licenses: "Licence",
  authors: "Authors",
  source: "Source",
  url: "Home page",
  documentation: "Documentation",
};

type Fact = readonly [name: string, value: Html | string | undefined];

/** What stands beside the README: facts of the newest tag. */
export function facts({ filter, annotations, referrers }: RepositoryDetails): Html {
  const named = Object.entries(known).map(([key, name]): Fact => {
    const value = annotations[prefix + key];
    return [name, value === undefined ? undefined : anchor(value)];
  });
  const others = Object.entries(annotations).filter(([key]) => !isShown(key));
  return html`${filter ? "" : html`<p class="muted">The newest tag is not an image of a Proxy-Wasm filter.</p>`}
  ${definitions([...named, ...filterFacts(filter)])}${
    referrers.length > 0 &&
    html`<h2>Attached</h2>
      ${definitions(referrers.map(({ artifactType, digest }): Fact => [artifactType || "no type", digestCode(digest)]))}`
  }${
    others.length > 0 &&
    html`<h2>Annotations</h2>
      ${definitions(others.map(([key, value]): Fact => [key, annotationValue(value)]))}`
  }`;
}

function annotationValue(value: string): Html {
  return /^sha(?:256|512):[0-9a-f]+$/.test(value) ? digestCode(value) : anchor(value);
}

function isShown(key: string): boolean {
  return key === `${prefix}description` || (key.startsWith(prefix) && Object.hasOwn(known, key.slice(prefix.length)));
}

function filterFacts(filter: FilterDetails | undefined): Fact[] {
  if (!filter) return [];
  return [
    ["Proxy-Wasm ABI", filter.abiVersions.join(", ")],
    ["Root ids", filter.rootIds.map((id) => id || '""').join(", ")],
    ["Module", size(filter.moduleSizeBytes)],
    ["Module's digest", filter.moduleDigest === undefined ? undefined : digestCode(filter.moduleDigest)],
    ["Image format", filter.format],
  ];
}

function definitions(all: readonly Fact[]): Html {
  const filled = all.filter(([, value]) => value !== undefined && value !== "");
  if (filled.length === 0) return html``;
  return html`<dl>
    ${filled.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}
