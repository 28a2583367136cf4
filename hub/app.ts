import express, { type NextFunction, type Request, type Response } from "express";
import type { RequestListener } from "node:http";
import { errorMessage, type Logger } from "#core";
import { failurePage, notFoundPage, passwordPage } from "./pages/error.ts";
import { homePage } from "./pages/home.ts";
import { repositoryPage } from "./pages/repository.ts";
import type { Part, Shelf } from "./shelf.ts";
import { style, stylePath } from "./style.ts";

interface Gate {
  /** `WWW-Authenticate` for those that were not let in. */
  readonly challenge: string;
  admits(authorization: string | undefined): Promise<boolean>;
}

export interface PagesOptions {
  readonly shelf: Shelf;
  /** Decides by the `Authorization` header who may see the site; absent: everybody. */
  readonly gate?: Gate | undefined;
  readonly logger: Logger;
}

/** Everything comes from here, and nothing runs: there are no scripts. */
const contentSecurityPolicy =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** The hub's site and its API, `/api/v1/`. */
export function makePages({ shelf, gate, logger }: PagesOptions): RequestListener {
  const app = express();
  app.disable("x-powered-by").disable("etag");
  app.use((_request, response, next) => {
    response.set({
      "Content-Security-Policy": contentSecurityPolicy,
      "X-Content-Type-Options": "nosniff",
      "Referrer-Policy": "same-origin",
      "Cache-Control": "no-cache",
    });
    next();
  });
  app.get(stylePath, (_request, response) => {
    response.set("Cache-Control", "public, max-age=31536000, immutable").type("css").send(style);
  });
  app.get("/healthz", async (_request, response) => {
    // The catalogue is asked, since a hub without it serves nothing.
    await shelf.search("", { skip: 0, limit: 1 });
    response.json({ status: "ok" });
  });
  app.use(async (request, response, next) => {
    if (!gate || (await gate.admits(request.headers.authorization))) return next();
    response.set("WWW-Authenticate", gate.challenge);
    refuse(request, response, { status: 401, code: "UNAUTHORIZED", message: "authentication required" });
  });

  app.get("/", async (request, response) => {
    const text = readText(request.query["q"]);
    const part = readPart(request.query, 24);
    response.send(homePage(text, part, await shelf.search(text, part), hostOf(request)));
  });
  app.get("/r/*name", async (request, response) => {
    const repository = await shelf.repository(nameOf(request));
    if (repository) response.send(repositoryPage(repository, hostOf(request)));
    else refuse(request, response, notFound);
  });
  app.get("/api/v1/repositories", async (request, response) => {
    response.json(await shelf.search(readText(request.query["q"]), readPart(request.query, 100)));
  });
  app.get("/api/v1/repositories/*name", async (request, response) => {
    const repository = await shelf.repository(nameOf(request));
    if (repository) response.json(repository);
    else refuse(request, response, { ...notFound, code: "NAME_UNKNOWN", message: "there is no such repository" });
  });

  app.use((request, response) => refuse(request, response, notFound));
  app.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) return next(error);
    // Express gives what cannot be read of a request a status of its own.
    const { status = 500 } = error as { status?: number };
    if (status < 500) return refuse(request, response, { ...notFound, status });
    logger.error(`${request.method} ${request.path}: ${errorMessage(error)}`);
    refuse(request, response, { status: 500, code: "UNKNOWN", message: "the hub failed; its log says more" });
  });
  return app;
}

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const notFound: Refusal = { status: 404, code: "NOT_FOUND", message: "there is nothing here" };

/** A program gets JSON, a person a page. */
function refuse(request: Request, response: Response, { status, code, message }: Refusal): void {
  response.status(status);
  if (request.path.startsWith("/api/")) response.json({ error: { code, message } });
  else if (status === 401) response.send(passwordPage(hostOf(request)));
  else response.send(status >= 500 ? failurePage() : notFoundPage(request.path));
}

/** Express gives a wildcard as its path segments, decoded. */
function nameOf(request: Request): string {
  const { name } = request.params as { name?: readonly string[] };
  return (name ?? []).join("/");
}

/** How the person reaches this hub, for the commands that are shown. */
function hostOf(request: Request): string {
  const host = request.headers.host ?? "";
  return /^[\w.:[\]-]+$/.test(host) ? host : "HOST";
}

function readText(value: unknown): string {
  return typeof value === "string" ? value.slice(0, 255) : "";
}

function readPart(query: Request["query"], limit: number): Part {
  const number = (value: unknown, fallback: number, most: number): number =>
    typeof value === "string" && /^\d{1,6}$/.test(value) ? Math.min(Number(value), most) : fallback;
  return { skip: number(query["skip"], 0, 999_999), limit: Math.max(1, number(query["limit"], limit, 100)) };
}
