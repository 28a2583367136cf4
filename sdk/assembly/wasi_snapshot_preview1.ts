// What Proxy-Wasm ABI 0.2.1 takes from WASI, linked only into modules that use it. The compiler takes this file's name as
// the imports' module. Every `usize` is an address; every result is an error of WASI's, 0 for none.

export declare function clock_time_get(clock: u32, precision: u64, time: usize): u32;

export declare function random_get(buffer: usize, size: usize): u32;

export declare function environ_sizes_get(count: usize, size: usize): u32;

export declare function environ_get(addresses: usize, text: usize): u32;
