export { makePages, type PagesOptions } from "./app.ts";
export type {
  FilterDetails,
  Part,
  RepositoryDetails,
  RepositorySummary,
  SearchResult,
  Shelf,
  TagDetails,
} from "./shelf.ts";
