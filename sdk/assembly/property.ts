import { pop, push, pushSpace, pushedSize } from "./arguments";
import { proxy_get_property, proxy_set_property } from "./env";
import { expectResult, releaseResult, resultAddress, resultSize, takeBytes, takeString } from "./result";
import { Status } from "./status";
import { encodeUtf8, utf8Bytes } from "./utf8";

/**
 * A fact about the stream, the connection or the proxy, such as `["request", "path"]`; `null` when there is none.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/attributes for Envoy's
 */
export function getProperty(path: string[]): string | null {
  return find(path) == Status.Ok ? takeString() : null;
}

/** {@link getProperty}, byte for byte. */
export function getPropertyBytes(path: string[]): Uint8Array | null {
  return find(path) == Status.Ok ? takeBytes() : null;
}

/** A property that is a number, a time (nanoseconds since 1970) or a duration (nanoseconds); `missing` when there is none. */
export function getIntegerProperty(path: string[], missing: i64): i64 {
  const value =
    find(path) == Status.Ok && load<usize>(resultSize) == 8 ? load<i64>(load<usize>(resultAddress)) : missing;
  releaseResult();
  return value;
}

/** A property that is true or false; `missing` when there is none. */
export function getBooleanProperty(path: string[], missing: bool): bool {
  const value =
    find(path) == Status.Ok && load<usize>(resultSize) == 1 ? load<u8>(load<usize>(resultAddress)) != 0 : missing;
  releaseResult();
  return value;
}

/** Sets a property that later filters and the access log can read. In Envoy it is filter state, `wasm.` and the path. */
export function setProperty(path: string[], value: string): Status {
  return setPropertyBytes(path, utf8Bytes(value));
}

/** {@link setProperty} with a value that need not be text. */
export function setPropertyBytes(path: string[], value: Uint8Array): Status {
  const address = pushPath(path);
  const status = proxy_set_property(address, pathSize, value.dataStart, value.byteLength);
  pop(address);
  return status;
}

/** {@link getProperty} for a path of one segment, without an array. */
export function getSegment(name: string): string | null {
  expectResult();
  const address = push(name);
  const status = proxy_get_property(address, pushedSize, resultAddress, resultSize);
  pop(address);
  return status == Status.Ok ? takeString() : null;
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
