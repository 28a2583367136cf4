export * from "./runtime";
