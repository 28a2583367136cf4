import { pop, push, pushedSize } from "@wasm-hub/sdk/assembly/arguments";
import {
  proxy_define_metric,
  proxy_get_metric,
  proxy_increment_metric,
  proxy_record_metric,
} from "@wasm-hub/sdk/assembly/env";
import { WasmResultValues, report } from "./status";

const idCell: usize = memory.data(4, 4);
const valueCell: usize = memory.data(8, 8);

export enum MetricTypeValues {
  Counter = 0,
  Gauge = 1,
  Histogram = 2,
}

class MetricResult {
  result: WasmResultValues = WasmResultValues.Ok;
  /** When the host refuses, one that it knows nothing of. */
  metric_id: u32 = u32.MAX_VALUE;
}

class MetricData {
  result: WasmResultValues = WasmResultValues.Ok;
  data: u64 = 0;
}

export function define_metric(typ: MetricTypeValues, name: string): MetricResult {
  const metric = new MetricResult();
  const address = push(name);
  metric.result = proxy_define_metric(typ, address, pushedSize, idCell);
  pop(address);
  if (metric.result == WasmResultValues.Ok) metric.metric_id = load<u32>(idCell);
  return metric;
}

export function increment_metric(metric_id: u32, offset: i64): WasmResultValues {
  return proxy_increment_metric(metric_id, offset);
}

export function record_metric(metric_id: u32, value: u64): WasmResultValues {
  return proxy_record_metric(metric_id, value);
}

export function get_metric(metric_id: u32): MetricData {
  const metric = new MetricData();
  store<u64>(valueCell, 0);
  metric.result = proxy_get_metric(metric_id, valueCell);
  metric.data = load<u64>(valueCell);
  return metric;
}

abstract class Metric {
  metric_id: u32;

  constructor(typ: MetricTypeValues, name: string) {
    const metric = define_metric(typ, name);
    report(`the metric "${name}"`, metric.result);
    this.metric_id = metric.metric_id;
  }
}

export class Gauge extends Metric {
  constructor(name: string) {
    super(MetricTypeValues.Gauge, name);
  }

  increment(offset: i64): WasmResultValues {
    return increment_metric(this.metric_id, offset);
  }

  record(metric_id: u32, value: u64): WasmResultValues {
    return record_metric(metric_id, value);
  }
}

export class Histogram extends Metric {
  constructor(name: string) {
    super(MetricTypeValues.Histogram, name);
  }

  increment(offset: i64): WasmResultValues {
    return increment_metric(this.metric_id, offset);
  }

  record(metric_id: u32, value: u64): WasmResultValues {
    return record_metric(metric_id, value);
  }
}

export class Counter extends Metric {
  constructor(name: string) {
    super(MetricTypeValues.Counter, name);
  }

  increment(offset: u32): WasmResultValues {
    return increment_metric(this.metric_id, offset);
  }
}
