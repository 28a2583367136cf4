import { pop, push, pushedSize } from "./arguments";
import { proxy_define_metric, proxy_get_metric, proxy_increment_metric, proxy_record_metric } from "./env";
import { Status } from "./status";

const idCell: usize = memory.data(4, 4);
const valueCell: usize = memory.data(8, 8);

/** ABI 0.2.1, `proxy_metric_type_t`. */
enum MetricType {
  Counter = 0,
  Gauge = 1,
  Histogram = 2,
}

/**
 * A number that the host shows among its own statistics. Make it once, as a field of the root context: the same name
 * leads to the same number, in all workers. Envoy puts `wasmcustom.` before the name.
 */
export abstract class Metric {
  /** Whether the host took the definition. When it did not, this is what each call answers. */
  readonly status: Status;
  protected readonly id: u32;

  constructor(type: u32, name: string) {
    const address = push(name);
    this.status = proxy_define_metric(type, address, pushedSize, idCell);
    this.id = load<u32>(idCell);
    pop(address);
  }

  protected change(delta: i64): Status {
    return this.status == Status.Ok ? proxy_increment_metric(this.id, delta) : this.status;
  }

  protected put(value: u64): Status {
    return this.status == Status.Ok ? proxy_record_metric(this.id, value) : this.status;
  }

  protected read(): u64 {
    store<u64>(valueCell, 0);
    if (this.status == Status.Ok) proxy_get_metric(this.id, valueCell);
    return load<u64>(valueCell);
  }
}

/**
 * Counts what happens; it only goes up.
 *
 * ```ts
 * class Root extends RootContext {
 *   private requests: Counter = new Counter("requests_seen");
 *
 *   createHttpContext(): HttpContext | null {
 *     this.requests.increment();
 *     return null;
 *   }
 * }
 * ```
 */
export class Counter extends Metric {
  constructor(name: string) {
    super(MetricType.Counter, name);
  }

  /** BadArgument for 0, and for more than an i64 holds. */
  increment(by: u64 = 1): Status {
    return this.change(by);
  }

  get value(): u64 {
    return this.read();
  }
}

/**
 * A number that goes up and down.
 *
 * ```ts
 * class Root extends RootContext {
 *   readonly open: Gauge = new Gauge("streams_open");
 *
 *   createHttpContext(): HttpContext {
 *     this.open.increment();
 *     return new Stream(this);
 *   }
 * }
 *
 * class Stream extends HttpContext {
 *   constructor(private root: Root) {
 *     super();
 *   }
 *
 *   onDelete(): void {
 *     this.root.open.decrement();
 *   }
 * }
 * ```
 */
export class Gauge extends Metric {
  constructor(name: string) {
    super(MetricType.Gauge, name);
  }

  set(value: u64): Status {
    return this.put(value);
  }

  increment(by: u32 = 1): Status {
    return this.change(by);
  }

  /** Not below 0: there Envoy goes on at the other end of u64. */
  decrement(by: u32 = 1): Status {
    return this.change(-(<i64>by));
  }

  get value(): u64 {
    return this.read();
  }
}

/**
 * How values are spread: sizes, durations.
 *
 * ```ts
 * class Root extends RootContext {
 *   readonly sizes: Histogram = new Histogram("body_bytes");
 *
 *   createHttpContext(): HttpContext {
 *     return new Stream(this);
 *   }
 * }
 *
 * class Stream extends HttpContext {
 *   constructor(private root: Root) {
 *     super();
 *   }
 *
 *   onRequestBody(size: u32, endOfStream: bool): Action {
 *     this.root.sizes.record(size);
 *     return Action.Continue;
 *   }
 * }
 * ```
 */
export class Histogram extends Metric {
  constructor(name: string) {
    super(MetricType.Histogram, name);
  }

  record(value: u64): Status {
    return this.put(value);
  }
}
