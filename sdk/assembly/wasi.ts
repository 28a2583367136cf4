// What Proxy-Wasm ABI 0.2.1 takes from WASI; linked only into modules that use it. Results are WASI's errors, 0 for none.

// @ts-ignore: a decorator of the compiler
@external("wasi_snapshot_preview1", "random_get")
export declare function random_get(buffer: usize, size: usize): u32;

// @ts-ignore: a decorator of the compiler
@external("wasi_snapshot_preview1", "clock_time_get")
export declare function clock_time_get(clock: u32, precision: u64, time: usize): u32;

// @ts-ignore: a decorator of the compiler
@external("wasi_snapshot_preview1", "environ_sizes_get")
export declare function environ_sizes_get(count: usize, size: usize): u32;

// @ts-ignore: a decorator of the compiler
@external("wasi_snapshot_preview1", "environ_get")
export declare function environ_get(addresses: usize, text: usize): u32;
