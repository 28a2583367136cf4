import { createHash } from "node:crypto";

/** The site's one style sheet. */
export const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --paper: #ffffff; --shade: #f5f6f8; --line: #d7dbe0; --accent: #5236c8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #a3abb5; --paper: #14161a; --shade: #1d2026; --line: #343942; --accent: #b3a7ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.6 system-ui, sans-serif; display: flex; flex-direction: column; min-height: 100vh; }
main { flex: 1; outline: none; }
.frame { width: 100%; max-width: 70rem; margin: 0 auto; padding: 1rem 1.25rem; }
header { border-bottom: 1px solid var(--line); background: var(--shade); }
header .frame { display: flex; gap: .8rem 2rem; flex-wrap: wrap; align-items: center; }
footer { border-top: 1px solid var(--line); color: var(--soft); font-size: .9rem; margin-top: 3rem; }
a { color: var(--accent); text-underline-offset: .15em; }
.brand { font-weight: 700; font-size: 1.15rem; text-decoration: none; color: var(--ink); }
form { display: flex; flex: 1 1 18rem; gap: .5rem; }
input, button { font: inherit; color: inherit; padding: .4rem .8rem; border: 1px solid var(--soft); border-radius: .4rem; background: var(--paper); }
input { flex: 1; min-width: 0; }
input::placeholder { color: var(--soft); opacity: 1; }
button { cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
h1 { font-size: 1.8rem; line-height: 1.25; margin: 1rem 0 .4rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; }
h3, h4, h5 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
.lead { font-size: 1.1rem; margin: 0 0 1.2rem; color: var(--soft); max-width: 46rem; overflow-wrap: anywhere; }
.muted { color: var(--soft); }
.small { font-size: .88rem; }
.cards { list-style: none; padding: 0; margin: 1.4rem 0; display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(19rem, 100%), 1fr)); }
.cards li { position: relative; display: flex; flex-direction: column; border: 1px solid var(--line); border-radius: .6rem; padding: 1rem 1.2rem; }
.cards li:hover, .cards li:focus-within { border-color: var(--accent); }
.cards h2 { margin: 0; font-size: 1.05rem; line-height: 1.35; overflow-wrap: anywhere; }
.cards h2 a { text-decoration: none; }
.cards h2 a::after { content: ""; position: absolute; inset: 0; border-radius: .6rem; }
.cards p { margin: .4rem 0 0; overflow-wrap: anywhere; }
.cards p.small { margin-top: auto; padding-top: .8rem; }
.panel { border: 1px solid var(--line); border-radius: .6rem; padding: .4rem 1.4rem 1rem; max-width: 46rem; }
.panel h2 { margin-top: .8rem; }
pre { background: var(--shade); border: 1px solid var(--line); border-radius: .5rem; padding: .8rem 1rem; overflow-x: auto; font-size: .92rem; line-height: 1.5; margin: .8rem 0; }
code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .92em; }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) 17rem; gap: 0 3rem; }
@media (max-width: 54rem) { .columns { grid-template-columns: minmax(0, 1fr); } }
.columns section:first-child h2, aside dl:first-of-type { margin-top: .6rem; }
.command { display: block; background: var(--shade); border: 1px solid var(--line); border-radius: .5rem; padding: .55rem .9rem; overflow-wrap: anywhere; }
.command, .digest { user-select: all; -webkit-user-select: all; cursor: copy; }
.digest { display: inline-block; max-width: 20ch; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; vertical-align: bottom; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .4rem 0; }
th, td { text-align: left; vertical-align: top; padding: .4rem 1.2rem .4rem 0; border-bottom: 1px solid var(--line); }
section > .scroll[role] td { white-space: nowrap; }
dl { margin: 0 0 1rem; } dt { color: var(--soft); font-size: .88rem; overflow-wrap: anywhere; } dd { margin: 0 0 .7rem; overflow-wrap: anywhere; }
.readme { border: 1px solid var(--line); border-radius: .6rem; padding: 0 1.4rem .6rem; margin-top: 2rem; overflow-wrap: anywhere; }
.readme > h2 { margin: 0 -1.4rem 1rem; padding: .6rem 1.4rem; border-bottom: 1px solid var(--line); font-size: 1rem; }
.readme p code, .readme li code, .readme td code { background: var(--shade); border-radius: .3rem; padding: .1em .35em; }
.readme table { overflow-wrap: break-word; }
.readme blockquote { margin: 1rem 0; padding: .1rem 1rem; border-left: 4px solid var(--line); color: var(--soft); }
.readme hr { border: 0; border-top: 1px solid var(--line); margin: 1.5rem 0; }
.readme :is(ul, ol) { padding-left: 1.5rem; }
.readme > h3:first-of-type { font-size: 1.3rem; }
.pager { display: flex; gap: 2rem; margin-top: 1.5rem; }
.unseen, .skip:not(:focus) { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip:focus { position: absolute; background: var(--paper); padding: .5rem 1rem; z-index: 1; }
`;

/** Changes with the style, so that browsers may keep it for good. */
export const stylePath: string = `/style-${createHash("sha256").update(style).digest("hex").slice(0, 12)}.css`;
