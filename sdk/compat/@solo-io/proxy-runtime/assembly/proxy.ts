// Filters for the old package export from here what the host calls. In this SDK that is abi.ts, which asconfig.json adds
// to every build; exported once more, it is the same.
export * from "@wasm-hub/sdk/abi";
