import type { Finding } from "./question.ts";
import type { Spread } from "./rounds.ts";

export const tableHead = `| measured | against | ratio | half of the rounds | goal | measured here | against here | rounds |
|---|---|--:|--:|---|--:|--:|--:|
`;

export function tableRow({ subject, peer, ratios, unit, goal }: Finding): string {
  const here = ({ median }: Spread): string => `${formatNumber(median)} ${unit}`;
  const [lower, upper] = ratios.ratio.quartiles;
  const cells = [
    subject,
    peer,
    `**${ratios.ratio.median.toFixed(2)}**`,
    `${lower.toFixed(2)} – ${upper.toFixed(2)}`,
    goal ? `${goal.text}: ${goal.isMet ? "met" : "**missed**"}` : "",
    here(ratios.subject),
    here(ratios.peer),
    String(ratios.rounds),
  ];
  return `| ${cells.join(" | ")} |\n`;
}

function formatNumber(value: number): string {
  return value >= 10 ? value.toFixed(0) : value.toFixed(1);
}
