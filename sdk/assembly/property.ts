import { pop, push, pushSpace, pushedSize } from "./arguments";
import { proxy_get_property, proxy_set_property } from "./env";
import { expectResult, releaseResult, resultAddress, resultSize, takeBytes, takeString } from "./result";
import { Status } from "./status";
import { encodeUtf8, utf8Bytes } from "./utf8";

/**
 * A fact about the stream, the connection or the proxy; `null` when there is none. {@link properties} has the well-known
 * ones by name.
 *
 * ```ts
 * function tenant(): string | null {
 *   return getProperty(["metadata", "filter_metadata", "my.router", "tenant"]);
 * }
 * ```
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/attributes for Envoy's
 */
export function getProperty(path: string[]): string | null {
  return find(path) == Status.Ok ? takeString() : null;
}

/**
 * {@link getProperty}, byte for byte.
 *
 * ```ts
 * function metadata(): Uint8Array | null {
 *   return getPropertyBytes(["xds", "cluster_metadata"]); // a protobuf message, serialised
 * }
 * ```
 */
export function getPropertyBytes(path: string[]): Uint8Array | null {
  return find(path) == Status.Ok ? takeBytes() : null;
}

/**
 * A property that is a number, a time (nanoseconds since 1970) or a duration (nanoseconds); `missing` when there is none.
 *
 * ```ts
 * function isLarge(): bool {
 *   return getIntegerProperty(["request", "size"], 0) > 1_000_000;
 * }
 * ```
 */
export function getIntegerProperty(path: string[], missing: i64): i64 {
  return integerOf(find(path), missing);
}

/**
 * A property that is true or false; `missing` when there is none.
 *
 * ```ts
 * function hasCertificate(): bool {
 *   return getBooleanProperty(["connection", "mtls"], false);
 * }
 * ```
 */
export function getBooleanProperty(path: string[], missing: bool): bool {
  return booleanOf(find(path), missing);
}

/**
 * Sets a property that later filters and the access log can read. In Envoy it is filter state, `wasm.` and the path.
 * NotFound where there is no stream.
 *
 * ```ts
 * class Tag extends HttpContext {
 *   onRequestHeaders(endOfStream: bool): Action {
 *     setProperty(["tenant"], "blue"); // %FILTER_STATE(wasm.tenant)%
 *     return Action.Continue;
 *   }
 * }
 * ```
 */
export function setProperty(path: string[], value: string): Status {
  return setPropertyBytes(path, utf8Bytes(value));
}

/**
 * {@link setProperty} with a value that need not be text.
 *
 * ```ts
 * function mark(bytes: Uint8Array): Status {
 *   return setPropertyBytes(["mark"], bytes);
 * }
 * ```
 */
export function setPropertyBytes(path: string[], value: Uint8Array): Status {
  const address = pushPath(path);
  const status = proxy_set_property(address, pathSize, value.dataStart, value.byteLength);
  pop(address);
  return status;
}

/** The SDK's: {@link getProperty} for a path whose segments have NULs between them, without an array. */
export function findText(path: string): string | null {
  return findJoined(path) == Status.Ok ? takeString() : null;
}

/** The SDK's: {@link getIntegerProperty} for such a path. */
export function findInteger(path: string, missing: i64): i64 {
  return integerOf(findJoined(path), missing);
}

/** The SDK's: {@link getBooleanProperty} for such a path. */
export function findBoolean(path: string, missing: bool): bool {
  return booleanOf(findJoined(path), missing);
}

function integerOf(status: Status, missing: i64): i64 {
  const isInteger = status == Status.Ok && load<usize>(resultSize) == 8;
  const value = isInteger ? load<i64>(load<usize>(resultAddress)) : missing;
  releaseResult();
  return value;
}

function booleanOf(status: Status, missing: bool): bool {
  const isBoolean = status == Status.Ok && load<usize>(resultSize) == 1;
  const value = isBoolean ? load<u8>(load<usize>(resultAddress)) != 0 : missing;
  releaseResult();
  return value;
}

function findJoined(path: string): Status {
  expectResult();
  const address = push(path);
  const status = proxy_get_property(address, pushedSize, resultAddress, resultSize);
  pop(address);
  return status;
}

function find(path: string[]): Status {
  expectResult();
  const address = pushPath(path);
  const status = proxy_get_property(address, pathSize, resultAddress, resultSize);
  pop(address);
  return status;
}

let pathSize: usize = 0;

/** Segments with a NUL between them. */
function pushPath(path: string[]): usize {
  let bound: usize = 0;
  for (let i = 0; i < path.length; ++i) bound += <usize>path[i].length * 3 + 1;
  const start = pushSpace(bound);
  let end = start;
  for (let i = 0; i < path.length; ++i) {
    if (i > 0) store<u8>(end++, 0);
    const segment = path[i];
    end += encodeUtf8(segment, end);
  }
  pathSize = end - start;
  return start;
}
