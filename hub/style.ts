import { createHash } from "node:crypto";

/** The site's one style sheet. */
export const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --paper: #ffffff; --shade: #f4f5f7; --line: #d7dbe0; --accent: #5b3fd6; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #a0a8b2; --paper: #15171b; --shade: #1f2228; --line: #353a42; --accent: #a99bff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
header, main, footer { max-width: 66rem; margin: 0 auto; padding: 1rem 1.25rem; }
header { display: flex; gap: 1rem 2rem; flex-wrap: wrap; align-items: center; border-bottom: 1px solid var(--line); }
footer { color: var(--soft); border-top: 1px solid var(--line); margin-top: 3rem; font-size: .9rem; }
a { color: var(--accent); }
.brand { font-weight: 700; font-size: 1.15rem; text-decoration: none; }
form { display: flex; flex: 1 1 18rem; gap: .5rem; }
input, button { font: inherit; color: inherit; padding: .4rem .7rem; border: 1px solid var(--line); border-radius: .4rem; background: var(--paper); }
input { flex: 1; min-width: 0; }
button { background: var(--shade); cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 1rem 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; }
.lead { font-size: 1.1rem; margin-top: 0; }
.muted { color: var(--soft); }
.cards { list-style: none; padding: 0; display: grid; gap: .8rem; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); }
.cards li { border: 1px solid var(--line); border-radius: .6rem; padding: .9rem 1.1rem; }
.cards h2 { margin: 0; font-size: 1.05rem; overflow-wrap: anywhere; }
.cards p { margin: .35rem 0 0; }
pre { background: var(--shade); border-radius: .5rem; padding: .8rem 1rem; overflow-x: auto; font-size: .9rem; }
pre.readme { white-space: pre-wrap; overflow-wrap: anywhere; }
code { font-family: ui-monospace, monospace; font-size: .92em; }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) 17rem; gap: 0 2.5rem; }
@media (max-width: 50rem) { .columns { grid-template-columns: minmax(0, 1fr); } }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
dl { margin: 1rem 0; } dt { color: var(--soft); font-size: .85rem; } dd { margin: 0 0 .6rem; overflow-wrap: anywhere; }
.plain { list-style: none; padding: 0; font-size: .9rem; overflow-wrap: anywhere; }
.pager { display: flex; justify-content: space-between; margin-top: 1.5rem; }
.unseen, .skip:not(:focus) { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
`;

/** Changes with the style, so that browsers may keep it for good. */
export const stylePath: string = `/style-${createHash("sha256").update(style).digest("hex").slice(0, 12)}.css`;
