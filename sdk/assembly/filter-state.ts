import { runForeignFunction } from "./foreign-function";
import { message, textField, varintField } from "./protobuf";
import { Status } from "./status";

/**
 * How long Envoy keeps what a filter sets.
 *
 * ```ts
 * class Session extends RootContext {
 *   onConfigure(): bool {
 *     return declareProperty("session", PropertyType.String, LifeSpan.Connection) == Status.Ok;
 *   }
 * }
 * ```
 */
export enum LifeSpan {
  /** Until this filter chain is done with the request; not over an internal redirect. */
  FilterChain = 0,
  /** Until the request is done. */
  Request = 1,
  /** Until the client's connection is closed. */
  Connection = 2,
}

/**
 * Sets one of Envoy's own filter state objects, such as `envoy.tcp_proxy.cluster`. NotFound for one that it does not know,
 * BadArgument for a value that it does not take.
 *
 * ```ts
 * class Shard extends TcpContext {
 *   onNewConnection(): Action {
 *     setFilterState("envoy.tcp_proxy.cluster", "shard-1", LifeSpan.Connection);
 *     return Action.Continue;
 *   }
 * }
 * ```
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/advanced/well_known_filter_state
 */
export function setFilterState(key: string, value: string, lifeSpan: LifeSpan = LifeSpan.FilterChain): Status {
  const fields = [textField(1, key), textField(2, value), varintField(3, lifeSpan)];
  return runForeignFunction("set_envoy_filter_state", message(fields));
}

/**
 * What Envoy shows a property as to expressions, and to what reads it from filter state.
 *
 * ```ts
 * class Raw extends RootContext {
 *   onConfigure(): bool {
 *     return declareProperty("raw", PropertyType.Bytes) == Status.Ok;
 *   }
 * }
 * ```
 */
export enum PropertyType {
  Bytes = 0,
  String = 1,
}

/**
 * Says how properties that {@link setProperty} sets are kept; once, in a root context. BadArgument when it was said before.
 *
 * ```ts
 * class Root extends RootContext {
 *   onConfigure(): bool {
 *     declareProperty("user", PropertyType.String, LifeSpan.Connection);
 *     return true;
 *   }
 * }
 * ```
 */
export function declareProperty(
  name: string,
  type: PropertyType,
  lifeSpan: LifeSpan = LifeSpan.FilterChain,
  isReadOnly: bool = false,
): Status {
  const fields = [
    textField(1, name),
    varintField(2, isReadOnly ? 1 : 0),
    varintField(3, type),
    varintField(5, lifeSpan),
  ];
  return runForeignFunction("declare_property", message(fields));
}
