import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { silentLogger } from "#core";
import { makePages, type PagesOptions } from "./app.ts";
import type { RepositoryDetails, RepositorySummary, Shelf } from "./shelf.ts";
import { dangers, hostile } from "./testing.ts";

const pushedAt = new Date("2026-11-24T15:17:00Z");
const digest = `sha256:${"ab".repeat(32)}`;

const details: RepositoryDetails = {
  name: "me/rate-limit",
  tags: [
    { tag: "v2", digest, pushedAt, sizeBytes: 11_469 },
    { tag: "v1", digest, pushedAt, sizeBytes: 3_500_000 },
  ],
  filter: {
    format: "oci",
    moduleSizeBytes: 900,
    moduleDigest: digest,
    abiVersions: ["v0.2.1"],
    rootIds: ["rate-limit", ""],
    configSchema: '{ "type": "object" }',
  },
  annotations: {
    "org.opencontainers.image.description": "Answers 429",
    "org.opencontainers.image.licenses": "Apache-2.0",
    "org.opencontainers.image.source": "https://code.example/me/rate-limit",
    "example.other": "something else",
  },
  referrers: [{ artifactType: "application/vnd.wasm-hub.readme.v1", digest }],
  readme: "# How to use it\n\nWith **care**.",
};

/** Holds these repositories and no others. */
function shelfOf(...repositories: readonly RepositoryDetails[]): Shelf {
  const summaries = repositories.map(({ name, annotations, tags }): RepositorySummary => ({
    name,
    description: annotations["org.opencontainers.image.description"] ?? "",
    tagCount: tags.length,
    newestTag: tags[0]?.tag ?? "",
    pushedAt,
  }));
  return {
    async search(text, { skip, limit }) {
      const found = summaries.filter(({ name }) => name.includes(text));
      return { total: found.length, found: found.slice(skip, skip + limit) };
    },
    repository: async (name) => repositories.find((repository) => repository.name === name),
  };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Asks the site for one page. */
async function get(
  options: Partial<PagesOptions>,
  path: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const server = createServer(makePages({ shelf: shelfOf(details), logger: silentLogger, ...options }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const sent = request({ host: "127.0.0.1", port, path, headers, agent: false }).end();
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    return { status: response.statusCode ?? 0, headers: response.headers, text: await text(response) };
  } finally {
    server.close();
  }
}

describe("the first page", () => {
  test("shows repositories, each as a link with its description, newest tag, tags and day", async () => {
    const { status, text, headers } = await get({}, "/");
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(text).toContain('<a href="/r/me/rate-limit">me/rate-limit</a>');
    for (const part of ["Answers 429", "<code>v2</code>", "2 tags", '<time datetime="2026-11-24T15:17:00.000Z"']) {
      expect(text).toContain(part);
    }
  });

  test("of an empty hub says how to push the first filter to it", async () => {
    const { text } = await get({ shelf: shelfOf() }, "/", { host: "hub.example:5000" });
    expect(text).toContain("Nothing has been pushed yet");
    expect(text).toContain("wasm push hub.example:5000/me/my-filter:v1");
  });

  test("does not believe a host that is none", async () => {
    const { text } = await get({ shelf: shelfOf() }, "/", { host: '"><script>alert(1)</script>' });
    expect(text).toContain("wasm push HOST/me/my-filter:v1");
    expect(dangers(text)).toEqual([]);
  });

  test("searches by name, and keeps the words in the field", async () => {
    const found = await get({}, "/?q=rate");
    expect(found.text).toContain("1 filter");
    expect(found.text).toContain('value="rate"');
    const none = await get({}, "/?q=zzz");
    expect(none.status).toBe(200);
    expect(none.text).toContain("No filter has this in its name");
  });

  test("leads to older and newer ones, and keeps the search", async () => {
    const many = Array.from({ length: 60 }, (_, number) => ({ ...details, name: `me/filter-${number}` }));
    const links = async (path: string): Promise<string[]> => {
      const { text } = await get({ shelf: shelfOf(...many) }, path);
      return [...text.matchAll(/<a href="(\/\?[^"]*)">/g)].map(([, href]) => (href ?? "").replaceAll("&amp;", "&"));
    };
    expect(await links("/")).toEqual(["/?skip=24"]);
    expect(await links("/?q=filter&skip=24")).toEqual(["/?q=filter&skip=0", "/?q=filter&skip=48"]);
    expect(await links("/?skip=48")).toEqual(["/?skip=24"]);
    expect((await get({ shelf: shelfOf(...many) }, "/?skip=999")).text).toContain("There are no more");
  });

  test.each(["/?skip=-1", "/?skip=x&limit=y", "/?limit=0", "/?q=a&q=b", "/?q[a]=b", "/?limit=99999999"])(
    "takes %s for a question without mistakes",
    async (path) => {
      expect((await get({}, path)).status).toBe(200);
    },
  );
});

describe("a repository's page", () => {
  test("shows what to type, the README, tags, facts, schema and what is attached", async () => {
    const { status, text } = await get({}, "/r/me/rate-limit");
    expect(status).toBe(200);
    for (const part of [
      "<title>me/rate-limit · WebAssembly Hub</title>",
      "/me/rate-limit:v2</code>",
      `/me/rate-limit@${digest}</code>`,
      "-b envoy.yaml",
      "<h3>How to use it</h3>",
      "<strong>care</strong>",
      "11.2 KiB",
      "3.3 MiB",
      "900 B",
      "Apache-2.0",
      '<a href="https://code.example/me/rate-limit" rel="nofollow noopener">',
      "rate-limit, &quot;&quot;",
      "{ &quot;type&quot;: &quot;object&quot; }",
      "application/vnd.wasm-hub.readme.v1",
      "example.other",
      "something else",
    ]) {
      expect(text).toContain(part);
    }
  });

  test("of something that is no filter says so, and does not say how to deploy it", async () => {
    const { text } = await get(
      { shelf: shelfOf({ ...details, filter: undefined, readme: undefined }) },
      "/r/me/rate-limit",
    );
    expect(text).toContain("not an image of a Proxy-Wasm filter");
    expect(text).not.toContain("wasm deploy");
    expect(text).not.toContain("README");
  });

  test.each(hostile)("%j in everything that a pusher writes can do nothing", async (text) => {
    const annotations = Object.fromEntries(
      ["description", "version", "licenses", "authors", "source", "url", "documentation", "title"].map((key) => [
        `org.opencontainers.image.${key}`,
        text,
      ]),
    );
    const filter = {
      format: text,
      moduleSizeBytes: 1,
      moduleDigest: text,
      abiVersions: [text],
      rootIds: [text],
      configSchema: text,
    };
    const evil: RepositoryDetails = {
      ...details,
      filter,
      annotations: { ...annotations, [text]: text },
      referrers: [{ artifactType: text, digest: text }],
      readme: text,
    };
    const shelf = shelfOf(evil);
    for (const path of ["/", `/?q=${encodeURIComponent(text)}`, "/r/me/rate-limit", `/r/${encodeURIComponent(text)}`]) {
      expect(dangers((await get({ shelf }, path)).text)).toEqual([]);
    }
  });
});

describe("every page", () => {
  const failing: Shelf = {
    search: () => Promise.reject(new Error("the secret of the inside")),
    repository: () => Promise.reject(new Error("the secret of the inside")),
  };
  const gate = { challenge: 'Basic realm="x"', admits: async (given: string | undefined) => given === "let me in" };

  test.each([
    { what: "a page", path: "/", options: {}, status: 200 },
    { what: "a repository", path: "/r/me/rate-limit", options: {}, status: 200 },
    { what: "a repository that is not there", path: "/r/no/such", options: {}, status: 404 },
    { what: "a path that is not there", path: "/nothing", options: {}, status: 404 },
    { what: "a path that is no UTF-8", path: "/r/%ff", options: {}, status: 400 },
    { what: "a path that walks", path: "/r/..%2f..%2fetc", options: {}, status: 404 },
    { what: "a failure", path: "/", options: { shelf: failing }, status: 500 },
    { what: "one without a password", path: "/", options: { gate }, status: 401 },
  ])(
    "$what: $status, with landmarks, a heading, and headers that let nothing run",
    async ({ path, options, status }) => {
      const answer = await get(options, path);
      expect(answer.status).toBe(status);
      const { headers, text } = answer;
      expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; style-src 'self'; /);
      expect(headers["content-security-policy"]).not.toMatch(/unsafe|\*|script/);
      expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["referrer-policy"]).toBe("same-origin");
      expect(headers["x-powered-by"]).toBeUndefined();
      expect(text).toMatch(/^<!doctype html>\s*<html lang="en">/);
      expect(text.match(/<h1>/g)).toHaveLength(1);
      for (const landmark of ["<header>", '<main id="content"', "<footer>", 'role="search"', 'href="#content"']) {
        expect(text).toContain(landmark);
      }
      expect(text).toContain('<label for="q"');
      expect(dangers(text)).toEqual([]);
      expect(text).not.toContain("secret");
    },
  );

  test("links to a style sheet that may be kept for good", async () => {
    const { text } = await get({}, "/");
    const path = /<link rel="stylesheet" href="([^"]+)"/.exec(text)?.[1] ?? "";
    const { status, headers } = await get({ gate }, path);
    expect(status).toBe(200);
    expect(headers["content-type"]).toContain("text/css");
    expect(headers["cache-control"]).toContain("immutable");
  });

  test("is shown to those that the gate admits", async () => {
    expect((await get({ gate }, "/", { authorization: "let me in" })).status).toBe(200);
    const refused = await get({ gate }, "/r/me/rate-limit", { authorization: "please" });
    expect(refused.status).toBe(401);
    expect(refused.headers["www-authenticate"]).toBe(gate.challenge);
    expect(refused.text).not.toContain("rate-limit");
    expect((await get({ gate }, "/healthz")).status).toBe(200);
  });
});

describe("/api/v1/", () => {
  test("lists and describes repositories", async () => {
    const list = await get({}, "/api/v1/repositories?q=rate");
    expect(list.headers["content-type"]).toContain("application/json");
    expect(JSON.parse(list.text)).toMatchObject({ total: 1, found: [{ name: "me/rate-limit", tagCount: 2 }] });
    const one = await get({}, "/api/v1/repositories/me/rate-limit");
    expect(JSON.parse(one.text)).toMatchObject({ name: "me/rate-limit", tags: [{ tag: "v2", digest }, { tag: "v1" }] });
  });

  test.each([
    ["/api/v1/repositories/no/such", 404, "NAME_UNKNOWN", {}],
    ["/api/v1/nothing", 404, "NOT_FOUND", {}],
    ["/api/v1/repositories", 500, "UNKNOWN", { shelf: { search: () => Promise.reject(new Error("secret")) } as never }],
    ["/api/v1/repositories", 401, "UNAUTHORIZED", { gate: { challenge: "x", admits: async () => false } }],
  ])("%s answers %i with JSON: %s", async (path, status, code, options) => {
    const answer = await get(options, path);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toMatchObject({ error: { code, message: expect.any(String) as string } });
    expect(answer.text).not.toContain("secret");
  });
});
