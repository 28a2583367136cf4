import { pop, push, pushedSize } from "./arguments";
import { proxy_call_foreign_function } from "./env";
import { expectResult, releaseResult, resultAddress, resultSize, takeBytes } from "./result";
import { Status } from "./status";

/**
 * Calls a function that a host has beyond the ABI, and gives what it returns: nothing is an empty array, and `null` says
 * that there is no such function, or that it refused. Some that Envoy has are functions of the SDK, such as {@link compress}.
 *
 * ```ts
 * function shrink(text: string): Uint8Array | null {
 *   return callForeignFunction("compress", Uint8Array.wrap(String.UTF8.encode(text)));
 * }
 * ```
 */
export function callForeignFunction(name: string, argument: Uint8Array): Uint8Array | null {
  return call(name, argument) == Status.Ok ? takeBytes() : null;
}

/**
 * {@link callForeignFunction} where nothing but success matters: NotFound when there is no such function.
 *
 * ```ts
 * function hasFunction(name: string): bool {
 *   return runForeignFunction(name, new Uint8Array(0)) != Status.NotFound;
 * }
 * ```
 */
export function runForeignFunction(name: string, argument: Uint8Array): Status {
  const status = call(name, argument);
  releaseResult();
  return status;
}

function call(name: string, argument: Uint8Array): Status {
  expectResult();
  const address = push(name);
  const status = proxy_call_foreign_function(
    address,
    pushedSize,
    argument.dataStart,
    argument.byteLength,
    resultAddress,
    resultSize,
  );
  pop(address);
  return status;
}
