import { type Digest, isDigest } from "./digest.ts";
import { OciError } from "./errors.ts";

/** `registry/repository:tag@digest`, parsed. */
export interface Reference {
  /** Host, and port if it was given; absent when the text names only a repository. */
  readonly registry?: string;
  /** Path segments joined by `/`, lower case. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

export interface ParseReferenceOptions {
  /** Taken when the text names no registry, so `me/filter` becomes `hub.example/me/filter`. */
  readonly defaultRegistry?: string | undefined;
}

// The grammar of the distribution project's `reference` package, in named pieces.
const domainLabel = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const ipv6 = "\\[(?:[a-fA-F0-9:]+)\\]";
const registry = `(?:${domainLabel}(?:\\.${domainLabel})*|${ipv6})(?::[0-9]+)?`;
const separator = "(?:[._]|__|-+)";
const segment = `[a-z0-9]+(?:${separator}[a-z0-9]+)*`;

const registryPattern = new RegExp(`^${registry}$`);
const repositoryPattern = new RegExp(`^${segment}(?:/${segment})*$`);
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const longestRepository = 255;

/**
 * Reads an image reference as `docker`, `oras` and `crane` do, except that no registry is assumed:
 * without {@link ParseReferenceOptions.defaultRegistry} a bare name stays a bare name.
 *
 * The first path segment is a registry when it holds a `.` or a `:` or upper-case letters, or is `localhost`.
 *
 * @throws {OciError} REFERENCE_MALFORMED, saying which part is wrong
 * @see distribution-spec v1.1, "Pulling manifests", for repository and tag
 */
export function parseReference(text: string, options: ParseReferenceOptions = {}): Reference {
  let rest = text;
  let digest: Digest | undefined;
  let tag: string | undefined;

  const at = rest.indexOf("@");
  if (at >= 0) {
    const given = rest.slice(at + 1);
    if (!isDigest(given)) throw invalid(text, `${JSON.stringify(given)} is not a digest`);
    digest = given;
    rest = rest.slice(0, at);
  }
  const colon = rest.lastIndexOf(":");
  if (colon > rest.lastIndexOf("/")) {
    tag = rest.slice(colon + 1);
    if (!isTag(tag)) throw invalid(text, `${JSON.stringify(tag)} is not a tag`);
    rest = rest.slice(0, colon);
  }
  const { registry: host = options.defaultRegistry, repository } = splitRegistry(rest);
  if (host !== undefined && !isRegistryHost(host)) {
    throw invalid(text, `${JSON.stringify(host)} is not a registry host`);
  }
  if (!isRepository(repository)) throw invalid(text, repositoryProblem(repository));
  return {
    ...(host === undefined ? {} : { registry: host }),
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** The inverse of {@link parseReference}. */
export function formatReference(reference: Reference): string {
  const { registry: host, repository, tag, digest } = reference;
  return `${host ? `${host}/` : ""}${repository}${tag ? `:${tag}` : ""}${digest ? `@${digest}` : ""}`;
}

/** distribution-spec v1.1: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`. */
export function isTag(text: string): boolean {
  return tagPattern.test(text);
}

/** distribution-spec v1.1, `<name>`; at most 255 characters. */
export function isRepository(text: string): boolean {
  return text.length <= longestRepository && repositoryPattern.test(text);
}

/** `host`, `host:port`, or an IPv6 address in brackets. */
export function isRegistryHost(text: string): boolean {
  return registryPattern.test(text);
}

function splitRegistry(name: string): { registry?: string; repository: string } {
  const slash = name.indexOf("/");
  const first = name.slice(0, Math.max(slash, 0));
  const isHost = slash > 0 && (/[.:A-Z]/.test(first) || first === "localhost");
  return isHost ? { registry: first, repository: name.slice(slash + 1) } : { repository: name };
}

function repositoryProblem(repository: string): string {
  if (repository === "") return "the repository is missing";
  if (repository.length > longestRepository) return `the repository is longer than ${longestRepository} characters`;
  if (/[A-Z]/.test(repository)) return `the repository ${JSON.stringify(repository)} must be lower case`;
  return `${JSON.stringify(repository)} is not a repository name`;
}

function invalid(text: string, problem: string): OciError {
  return new OciError("REFERENCE_MALFORMED", `not an image reference: ${JSON.stringify(text)}: ${problem}`, {
    hint: "a reference looks like hub.example:5000/me/my-filter:v1",
    detail: { reference: text },
  });
}
