import {
  Action,
  Counter,
  Gauge,
  Histogram,
  HttpContext,
  LifeSpan,
  LogLevel,
  PropertyType,
  RootContext,
  SharedQueue,
  callForeignFunction,
  compress,
  declareProperty,
  environmentVariable,
  getProperty,
  log,
  monotonicTimeNanoseconds,
  properties,
  randomBytes,
  registerFilter,
  runForeignFunction,
  setFilterState,
  setProperty,
  sharedData,
  uncompress,
  verifySignature,
} from "@wasm-hub/sdk";

// Does with what streams share, and with what the host offers beside streams, what a stream's header x-probe says.

class SharedRoot extends RootContext {
  readonly counter: Counter = new Counter("things_counted");
  readonly gauge: Gauge = new Gauge("things_gauged");
  readonly histogram: Histogram = new Histogram("things_spread");
  private queue: SharedQueue | null = null;

  onConfigure(): bool {
    if (this.configuration != "silent") this.queue = SharedQueue.register("words");
    const twice = declareProperty("declared", PropertyType.String, LifeSpan.Request);
    log.info(`declared: ${twice} ${declareProperty("declared", PropertyType.Bytes)}`);
    log.info(`without a stream: ${setProperty(["a"], "b")} ${setFilterState("envoy.string", "x")}`);
    return true;
  }

  onDelete(): void {
    log.info(`${this.configuration} is gone`);
  }

  onQueueReady(queue: SharedQueue): void {
    const own = this.queue;
    const isOwn = own !== null && own.token == queue.token;
    log.info(`ready: ${isOwn} ${queue.dequeue()} ${queue.dequeue()}`);
  }

  createHttpContext(): HttpContext {
    return new SharedProbe(this);
  }
}

class SharedProbe extends HttpContext {
  constructor(private root: SharedRoot) {
    super();
  }

  onRequestHeaders(endOfStream: bool): Action {
    const probe = this.requestHeaders.get("x-probe");
    const result = probe === null ? "" : this.run(probe);
    this.requestHeaders.set("x-result", result);
    return Action.Continue;
  }

  private run(probe: string): string {
    if (probe == "counter") {
      const counter = this.root.counter;
      const same = new Counter("things_counted");
      return (
        `${counter.increment()} ${counter.increment(40)} ${same.increment()} ${counter.value} ${same.value} ` +
        `${counter.increment(0)} ${counter.increment(1 << 63)} ${counter.status}`
      );
    }
    if (probe == "gauge") {
      const gauge = this.root.gauge;
      return `${gauge.set(10)} ${gauge.increment(5)} ${gauge.decrement()} ${gauge.value}`;
    }
    if (probe == "histogram") return `${this.root.histogram.record(7)} ${this.root.histogram.record(u64.MAX_VALUE)}`;
    if (probe == "metrics") {
      const counter = this.root.counter;
      const gauge = this.root.gauge;
      return `${counter.status} ${counter.increment()} ${counter.value} ${gauge.set(1)} ${this.root.histogram.record(1)}`;
    }
    if (probe == "data") {
      const missing = sharedData.get("key");
      const first = sharedData.set("key", "grüße");
      const value = sharedData.get("key")!;
      const swapped = sharedData.set("key", "two", value.version);
      const late = sharedData.set("key", "three", value.version);
      const bytes = sharedData.setBytes("key", bytesOf([0, 0xff]));
      const last = sharedData.get("key")!;
      return (
        `${missing === null} ${first} ${value.text} ${swapped} ${late} ${bytes} ${last.bytes} ` +
        `${last.version > value.version} ${sharedData.set("empty", "")} "${sharedData.get("empty")!.text}"`
      );
    }
    if (probe == "large-data") {
      sharedData.set("large", "y".repeat(100_000));
      return sharedData.get("large")!.text.length.toString();
    }
    if (probe == "queue") {
      const queue = SharedQueue.resolve("shared", "words");
      if (queue === null) return "no queue";
      return `${queue.enqueue("grüße")}`;
    }
    if (probe == "queues") {
      const queue = new SharedQueue(4242);
      const mine = SharedQueue.register("mine")!;
      return (
        `${SharedQueue.resolve("", "none") === null} ${SharedQueue.resolve("none", "words") === null} ` +
        `${queue.enqueue("x")} ${queue.dequeue() === null} ${mine.dequeueBytes() === null} ` +
        `${mine.enqueueBytes(bytesOf([0, 0xff]))} ${SharedQueue.resolve("", "mine")!.dequeueBytes()!}`
      );
    }
    if (probe == "foreign") {
      const text = bytesOf([1, 2, 3]);
      return (
        `${callForeignFunction("none", text) === null} ${runForeignFunction("none", text)} ` +
        `${uncompress(compress(text)!)!} ${uncompress(text) === null} ` +
        `${runForeignFunction("clear_route_cache", new Uint8Array(0))} ${runForeignFunction("expr_create", text)}`
      );
    }
    if (probe == "large-foreign") {
      const large = new Uint8Array(100_000).fill(7);
      return `${uncompress(compress(large)!)!.length} ${compress(large)!.length < 1000}`;
    }
    if (probe == "route") {
      const before = properties.xds.routeName();
      setProperty(["declared"], "blue");
      this.requestHeaders.set(":path", "/direct");
      return `${before} ${this.clearRouteCache()} ${properties.xds.routeName()} ${getProperty(["declared"])}`;
    }
    if (probe == "filter-state") {
      return (
        `${setFilterState("envoy.string", "x", LifeSpan.Request)} ${setFilterState("none", "x")} ` +
        `${setFilterState("envoy.upstream.dynamic_port", "no port")}`
      );
    }
    if (probe == "signature") {
      const key = this.requestHeaders.get("x-key")!.replaceAll("|", "\n");
      const signature = this.requestHeaders.getBytes("x-signature")!;
      const hex = this.requestHeaders.get("x-signature")!;
      const bytes = new Uint8Array(hex.length / 2);
      for (let i = 0; i < bytes.length; ++i) bytes[i] = <u8>U32.parseInt(hex.substr(i * 2, 2), 16);
      return (
        `${verifySignature("sha256", key, bytes, text("signed"))} ${verifySignature("sha256", key, bytes, text("other"))} ` +
        `${verifySignature("sha256", key, signature, text("signed"))} ${verifySignature("sha256", "no key", bytes, text(""))}`
      );
    }
    if (probe == "wasi") {
      const start = monotonicTimeNanoseconds();
      const random = randomBytes(16)!;
      const other = randomBytes(16)!;
      let differences = 0;
      for (let i = 0; i < 16; ++i) differences += i32(random[i] != other[i]);
      return (
        `${environmentVariable("REGION")} ${environmentVariable("EMPTY")} ${environmentVariable("NONE")} ` +
        `${differences > 8} ${randomBytes(65537) === null} ${monotonicTimeNanoseconds() >= start && start > 0}`
      );
    }
    if (probe == "properties") {
      return (
        `${properties.request.method()} ${properties.request.urlPath()} ${properties.request.query()} ` +
        `${properties.request.referer()} ${properties.request.time() > 0} ${properties.request.duration()} ` +
        `${properties.response.code()} ${properties.source.port() > 0} ${properties.connection.isMutualTls()} ` +
        `${properties.upstream.address()} ${properties.xds.clusterName()} ${properties.node.id()} ` +
        `${properties.plugin.name()} ${properties.plugin.rootId()} ${properties.plugin.vmId()}`
      );
    }
    if (probe == "header-bytes") return `${this.requestHeaders.byteSize > 50} ${this.responseHeaders.byteSize}`;
    if (probe == "level") return `${log.isEnabled(LogLevel.Info)} ${log.isEnabled(LogLevel.Warn)}`;
    return "?";
  }
}

function bytesOf(values: i32[]): Uint8Array {
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < values.length; ++i) bytes[i] = <u8>values[i];
  return bytes;
}

function text(value: string): Uint8Array {
  return Uint8Array.wrap(String.UTF8.encode(value));
}

registerFilter("shared", () => new SharedRoot());
