import { afterEach, describe, expect, test, vi } from "vitest";
import { describeBytes } from "#oci";
import { Authorizer } from "./authorizer.ts";
import type { Credentials, CredentialSource } from "./credentials.ts";
import { Registry } from "./registry.ts";
import { errorBody, FakeRegistry, type FakeRequest, type FakeResponse, type FakeScript } from "./testing.ts";

const open: FakeRegistry[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const registry of open.splice(0)) await registry[Symbol.asyncDispose]();
});

async function serve(script: FakeScript): Promise<FakeRegistry> {
  const fake = await FakeRegistry.start(script);
  open.push(fake);
  return fake;
}

function knows(credentials: Credentials | undefined): CredentialSource {
  return { get: async () => credentials };
}

const me = { username: "me", password: "s3cret: ü" };
const basic = `Basic ${Buffer.from("me:s3cret: ü").toString("base64")}`;

describe("basic authentication", () => {
  const wantsPassword: FakeScript = ({ headers }) =>
    headers.authorization === basic
      ? {}
      : { status: 401, headers: { "www-authenticate": 'Basic realm="hub"' }, body: errorBody("UNAUTHORIZED", "who?") };

  test("sends the password when it was asked for, and from then on at once", async () => {
    const fake = await serve(wantsPassword);
    const registry = new Registry(fake.host, { credentials: knows(me) });
    await registry.ping();
    await registry.ping();
    expect(fake.asked).toHaveLength(3);
  });

  test("sends nothing that was not asked for", async () => {
    const sent: unknown[] = [];
    const fake = await serve(({ headers }) => {
      sent.push(headers.authorization);
      return {};
    });
    await new Registry(fake.host, { credentials: knows(me) }).ping();
    expect(sent).toEqual([undefined]);
  });

  test("requests that are refused at the same time all get their second try", async () => {
    let waiting = 0;
    let release: (() => void) | undefined;
    const all = new Promise<void>((resolve) => (release = resolve));
    const fake = await serve(async (request) => {
      if (request.headers.authorization === undefined) {
        if (++waiting === 3) release?.();
        await all;
      }
      return wantsPassword(request);
    });
    const repository = new Registry(fake.host, { credentials: knows(me) }).repository("me/a");
    const blobs = ["a", "b", "c"].map((text) => describeBytes("application/wasm", Buffer.from(text)));
    expect(await Promise.all(blobs.map((blob) => repository.has(blob)))).toEqual([true, true, true]);
  });

  test.each([
    { name: "a wrong password", credentials: { username: "me", password: "guess" }, requests: 2 },
    { name: "no password", credentials: undefined, requests: 1 },
    { name: "a token where a password is wanted", credentials: { identityToken: "t" }, requests: 1 },
  ])("$name is UNAUTHORIZED with a hint, and is not tried on", async ({ credentials, requests }) => {
    const fake = await serve(wantsPassword);
    await expect(new Registry(fake.host, { credentials: knows(credentials) }).ping()).rejects.toMatchObject({
      code: "UNAUTHORIZED",
      status: 401,
      message: `${fake.host} answered 401 for /v2/: who?`,
      hint: `log in with: wasm login ${fake.host}`,
    });
    expect(fake.asked).toHaveLength(requests);
  });

  test.each(["", "Negotiate", "Bearer", 'Bearer service="a"', '"'])(
    "a challenge of %j is UNAUTHORIZED",
    async (challenge) => {
      const fake = await serve(() => ({ status: 401, headers: { "www-authenticate": challenge } }));
      const registry = new Registry(fake.host, { credentials: knows(me) });
      await expect(registry.ping()).rejects.toMatchObject({ code: "UNAUTHORIZED" });
      expect(fake.asked).toHaveLength(1);
    },
  );
});

interface TokenHub {
  readonly fake: FakeRegistry;
  /** What the token server was asked. */
  readonly tokenRequests: {
    readonly query: URLSearchParams;
    readonly authorization: string | undefined;
    readonly form: URLSearchParams;
  }[];
  /** Tokens that the registry takes. */
  readonly valid: Set<string>;
}

/** A registry and its token server in one. The answers of the token server are the test's. */
async function tokenHub(answer: (count: number, request: FakeRequest) => FakeResponse): Promise<TokenHub> {
  const tokenRequests: TokenHub["tokenRequests"] = [];
  const valid = new Set<string>();
  const fake: FakeRegistry = await serve(async (request) => {
    const { path, query, headers, method } = request;
    if (path === "/token") {
      const form = new URLSearchParams((await request.body()).toString());
      tokenRequests.push({ query, authorization: headers.authorization, form });
      return answer(tokenRequests.length, request);
    }
    if (valid.has(headers.authorization ?? "")) return {};
    const scope = path === "/v2/" ? "" : `,scope="repository:me/a:${method === "DELETE" ? "delete" : "pull"}"`;
    const challenge = `Bearer realm="http://${headers.host}/token",service="hub.example"${scope}`;
    return { status: 401, headers: { "www-authenticate": challenge } };
  });
  return { fake, tokenRequests, valid };
}

const blob = describeBytes("application/wasm", Buffer.from("a"));

describe("bearer tokens", () => {
  test("are fetched from the realm, for the service and scope that the registry names", async () => {
    const { fake, tokenRequests, valid } = await tokenHub(() => ({ body: '{"token": "t1"}' }));
    valid.add("Bearer t1");
    const repository = new Registry(fake.host, { credentials: knows(me) }).repository("me/a");
    expect(await repository.has(blob)).toBe(true);
    expect(await repository.has(blob)).toBe(true);
    expect(tokenRequests).toHaveLength(1);
    expect(tokenRequests[0]?.authorization).toBe(basic);
    expect(Object.fromEntries(tokenRequests[0]?.query ?? [])).toEqual({
      service: "hub.example",
      scope: "repository:me/a:pull",
    });
  });

  test("are asked for without a password when there is none", async () => {
    const { fake, tokenRequests, valid } = await tokenHub(() => ({ body: '{"access_token": "t1"}' }));
    valid.add("Bearer t1");
    await new Registry(fake.host).ping();
    expect(tokenRequests[0]?.authorization).toBeUndefined();
    expect(tokenRequests[0]?.query.has("scope")).toBe(false);
  });

  test("are fetched anew for what another scope wants, without meeting a 401 first", async () => {
    const { fake, tokenRequests, valid } = await tokenHub((count) => ({ body: `{"token": "t${count}"}` }));
    valid.add("Bearer t1").add("Bearer t2");
    const repository = new Registry(fake.host, { credentials: knows(me) }).repository("me/a");
    await repository.has(blob);
    const before = fake.asked.length;
    await repository.delete(blob);
    expect(fake.asked.slice(before).map((line) => line.split("?")[0])).toEqual([
      "GET /token",
      `DELETE /v2/me/a/blobs/${blob.digest}`,
    ]);
    expect(tokenRequests[1]?.query.getAll("scope")).toEqual(["repository:me/a:delete,pull"]);
  });

  test("are asked for with each scope of its own when a blob is mounted", async () => {
    const { fake, tokenRequests, valid } = await tokenHub(() => ({ body: '{"token": "t1"}' }));
    const repository = new Registry(fake.host, { credentials: knows(me) }).repository("me/a");
    await repository.has(blob).catch(() => undefined);
    valid.add("Bearer t1");
    await repository.mount(blob, "me/b").catch(() => undefined);
    expect(tokenRequests.at(-1)?.query.getAll("scope")).toEqual(["repository:me/a:pull,push", "repository:me/b:pull"]);
  });

  test("are renewed before they run out", async () => {
    const { fake, tokenRequests, valid } = await tokenHub((count) => ({
      body: `{"token": "t${count}", "expires_in": 100}`,
    }));
    valid.add("Bearer t1").add("Bearer t2");
    const repository = new Registry(fake.host, { credentials: knows(me) }).repository("me/a");
    await repository.has(blob);
    const now = Date.now();
    const clock = vi.spyOn(Date, "now").mockReturnValue(now + 80_000);
    await repository.has(blob);
    expect(tokenRequests).toHaveLength(1);
    clock.mockReturnValue(now + 95_000);
    await repository.has(blob);
    expect(tokenRequests).toHaveLength(2);
  });

  test("are renewed when the registry takes one no longer", async () => {
    const { fake, tokenRequests, valid } = await tokenHub((count) => ({ body: `{"token": "t${count}"}` }));
    valid.add("Bearer t1");
    const repository = new Registry(fake.host, { credentials: knows(me) }).repository("me/a");
    await repository.has(blob);
    valid.delete("Bearer t1");
    valid.add("Bearer t2");
    expect(await repository.has(blob)).toBe(true);
    expect(tokenRequests).toHaveLength(2);
  });

  test("that the registry never takes are UNAUTHORIZED, after one new one", async () => {
    const { fake, tokenRequests } = await tokenHub(() => ({ body: '{"token": "t1"}' }));
    await expect(new Registry(fake.host, { credentials: knows(me) }).ping()).rejects.toMatchObject({
      code: "UNAUTHORIZED",
    });
    expect(tokenRequests).toHaveLength(1);
  });

  test("are had for a refresh token by OAuth 2's POST", async () => {
    const { fake, tokenRequests, valid } = await tokenHub((_, { method }) =>
      method === "POST" ? { body: '{"access_token": "t1"}' } : { status: 405 },
    );
    valid.add("Bearer t1");
    const repository = new Registry(fake.host, { credentials: knows({ identityToken: "refresh" }) }).repository("me/a");
    expect(await repository.has(blob)).toBe(true);
    expect(tokenRequests[0]?.authorization).toBeUndefined();
    expect(Object.fromEntries(tokenRequests[0]?.form ?? [])).toEqual({
      grant_type: "refresh_token",
      refresh_token: "refresh",
      service: "hub.example",
      scope: "repository:me/a:pull",
      client_id: "wasm-hub",
    });
  });

  test("are preferred where both kinds are offered", async () => {
    const fake = await serve(({ path, headers }) => {
      if (path === "/token") return { body: '{"token": "t"}' };
      if (headers.authorization === "Bearer t") return {};
      return {
        status: 401,
        headers: { "www-authenticate": `Basic realm="a", Bearer realm="http://${headers.host}/token"` },
      };
    });
    await new Registry(fake.host, { credentials: knows(me) }).ping();
    expect(fake.asked).toEqual(["GET /v2/", "GET /token", "GET /v2/"]);
  });
});

describe("a token server", () => {
  test.each([
    { status: 401, code: "UNAUTHORIZED" },
    { status: 403, code: "DENIED" },
    { status: 400, code: "REGISTRY_FAILED" },
  ])("that answers $status is $code, and is not asked again", async ({ status, code }) => {
    const { fake, tokenRequests } = await tokenHub(() => ({ status, body: '{"details": "incorrect password"}' }));
    const repository = new Registry(fake.host, { credentials: knows(me), retryDelayMs: 1 }).repository("me/a");
    await expect(repository.has(blob)).rejects.toMatchObject({
      code,
      message: `${fake.host} answered ${status} for a token for repository:me/a:pull`,
    });
    expect(tokenRequests).toHaveLength(1);
  });

  test("that fails for a moment is asked again", async () => {
    const { fake, tokenRequests, valid } = await tokenHub((count) =>
      count < 3 ? { status: 503 } : { body: '{"token": "t1"}' },
    );
    valid.add("Bearer t1");
    await new Registry(fake.host, { retryDelayMs: 1 }).ping();
    expect(tokenRequests).toHaveLength(3);
  });

  test.each(["{}", "<html>", '{"token": 7}', "null"])("that sends %s is REGISTRY_ANSWER_INVALID", async (body) => {
    const { fake } = await tokenHub(() => ({ body }));
    await expect(new Registry(fake.host).ping()).rejects.toMatchObject({ code: "REGISTRY_ANSWER_INVALID" });
  });

  test("that is not there is REGISTRY_UNREACHABLE", async () => {
    const gone = await FakeRegistry.start(() => ({}));
    await gone[Symbol.asyncDispose]();
    const challenge = `Bearer realm="http://${gone.host}/token"`;
    const fake = await serve(() => ({ status: 401, headers: { "www-authenticate": challenge } }));
    await expect(new Registry(fake.host, { retryDelayMs: 1 }).ping()).rejects.toMatchObject({
      code: "REGISTRY_UNREACHABLE",
      message: `the token server http://${gone.host} of ${fake.host} does not answer`,
    });
  });

  test.each(["", "/token", "file:///etc/passwd", "ftp://hub.example/"])(
    "at %j is REGISTRY_ANSWER_INVALID",
    async (realm) => {
      const fake = await serve(() => ({ status: 401, headers: { "www-authenticate": `Bearer realm="${realm}"` } }));
      const registry = new Registry(fake.host, { credentials: knows(me) });
      await expect(registry.ping()).rejects.toMatchObject({ code: "REGISTRY_ANSWER_INVALID" });
    },
  );

  test("without TLS gets no password when the registry has TLS", async () => {
    const authorizer = new Authorizer({
      host: "hub.example",
      origin: new URL("https://hub.example"),
      credentials: knows(me),
    });
    const learn = authorizer.learn('Bearer realm="http://hub.example/token"', { scope: "", sent: undefined });
    await expect(learn).rejects.toMatchObject({ code: "REGISTRY_ANSWER_INVALID" });
  });

  test("that redirects is not followed with the password", async () => {
    const elsewhere = await serve(() => ({ body: '{"token": "t"}' }));
    const { fake } = await tokenHub(() => ({ status: 302, headers: { location: `http://${elsewhere.host}/` } }));
    const registry = new Registry(fake.host, { credentials: knows(me), retryDelayMs: 1 });
    await expect(registry.ping()).rejects.toMatchObject({
      code: "REGISTRY_FAILED",
      message: expect.stringContaining("answered 302 for a token") as string,
    });
    expect(elsewhere.asked).toEqual([]);
  });
});
