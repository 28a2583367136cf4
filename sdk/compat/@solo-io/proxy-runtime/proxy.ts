export * from "./assembly/proxy";
