"""How the page looks: on a wide screen and a narrow one, by day and by night, and on paper."""

STYLE = """
:root {
  color-scheme: light dark;
  --paper: #faf9f6; --card: #ffffff; --ink: #1c2024; --quiet: #626a72; --line: #e3e0d8; --track: #efede7;
  --accent: #0f766e; --accent-soft: #e2f2ef; --before: #c2a36b; --keyword: #0f5f8a; --literal: #9a4a1c;
  --high: #b42318; --high-soft: #fdecea; --medium: #9a6200; --medium-soft: #fcf1dc;
  --low: #47617c; --low-soft: #e9eff5; --info: #626a72; --info-soft: #efede7;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #121518; --card: #1a1e22; --ink: #e8e6e1; --quiet: #9aa3ab; --line: #2d3338; --track: #262b30;
    --accent: #4fc3b5; --accent-soft: #14302d; --before: #8f7a50; --keyword: #7cc4ea; --literal: #e0a77f;
    --high: #ff8a7d; --high-soft: #3a1d1b; --medium: #e7b45c; --medium-soft: #33280f;
    --low: #9dbad6; --low-soft: #1d2833; --info: #9aa3ab; --info-soft: #262b30;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif;
}
main { max-width: 68rem; margin: 0 auto; padding: 3rem 1.5rem 4rem; overflow-wrap: anywhere; }
h1, h2, h3, h4, p, ul, dl, dd, pre { margin: 0; }
h1 { font-size: 2.25rem; line-height: 1.15; letter-spacing: -.02em; }
h2 { font-size: 1.3rem; line-height: 1.3; letter-spacing: -.01em; }
h3 { font-size: 1.05rem; line-height: 1.4; }
h4 { font-size: .8rem; font-weight: 600; color: var(--quiet); }
h4 small { font-size: inherit; font-weight: 400; }
a { color: var(--accent); text-underline-offset: .15em; }
section { margin-top: 3rem; }
section > h2 { margin-bottom: 1rem; }
.eyebrow {
  color: var(--accent); font-size: .78rem; font-weight: 650; letter-spacing: .08em; text-transform: uppercase;
}
.verdict { text-wrap: pretty; margin: .75rem 0 1rem; max-width: 46rem; font-size: 1.35rem; line-height: 1.4; }
.quiet { color: var(--quiet); font-size: .875rem; }
.fine { color: var(--accent); }

.sql, code, pre { font-family: var(--mono); font-size: .84rem; line-height: 1.55; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
.k { color: var(--keyword); font-weight: 600; }
.t { color: var(--literal); }
.copy {
  padding: .8rem 1rem; border: 1px solid var(--line); border-radius: 8px; background: var(--paper);
  -webkit-user-select: all; user-select: all; cursor: copy;
}

.first {
  margin-top: 2rem; padding: 1.4rem 1.6rem 1.2rem; display: grid; gap: .7rem;
  border: 1px solid var(--accent); border-left-width: 5px; border-radius: 10px; background: var(--accent-soft);
}
.first h2 { margin: 0; }
.first .copy { background: var(--card); }

.figures {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 1px; margin-top: 2rem;
  overflow: hidden; border: 1px solid var(--line); border-radius: 10px; background: var(--line);
}
.figure { padding: 1rem 1.2rem; background: var(--card); }
.figure dd { white-space: nowrap; font-size: 1.4rem; font-weight: 650; letter-spacing: -.02em; line-height: 1.25; }
.figure dt { text-wrap: balance; color: var(--quiet); font-size: .82rem; line-height: 1.35; }

.chart { display: grid; gap: .85rem; }
.bar-row {
  display: grid; grid-template-columns: minmax(0, 22rem) minmax(0, 1fr) 11.5rem; gap: 1.1rem; align-items: center;
}
.bar-label {
  display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; line-height: 1.35;
}
.bar-label a { font-size: .8rem; }
.bar-label .sql { font-size: .78rem; line-height: 1.4; }
.bar-amount { font-size: .86rem; font-variant-numeric: tabular-nums; color: var(--quiet); }
.bar-amount strong { display: inline-block; min-width: 3.4em; color: var(--ink); }
.bars { display: grid; gap: 3px; }
.bar { display: block; width: 100%; }
.track { fill: var(--track); }
rect.now, rect.after { fill: var(--accent); }
rect.before { fill: var(--before); }
.key { display: inline-block; white-space: nowrap; }
.key::before {
  content: ""; display: inline-block; width: .8em; height: .8em; margin: 0 .35em 0 .6em; border-radius: 3px;
  vertical-align: -.06em; background: var(--accent);
}
.key.before::before { background: var(--before); }
section > .quiet + .chart { margin-top: 1rem; }
h2:has(+ .quiet) { margin-bottom: .25rem; }

.card {
  display: grid; grid-template-columns: minmax(0, 1fr); gap: .75rem; padding: 1.3rem 1.5rem;
  border: 1px solid var(--line); border-radius: 10px; background: var(--card);
}
.card + .card, .card + .rest, .rest > .card { margin-top: 1rem; }
.rest > summary { color: var(--quiet); }
.chips { display: flex; flex-wrap: wrap; gap: .4rem; }
.chip, .severity {
  padding: .1rem .6rem; border-radius: 99px; background: var(--info-soft); color: var(--quiet); font-size: .78rem;
  font-weight: 500;
}
.chip.high { background: var(--accent-soft); color: var(--accent); }
.chip.medium { background: var(--medium-soft); color: var(--medium); }
.finding { border-left-width: 5px; }
.finding.high { border-left-color: var(--high); }
.finding.medium { border-left-color: var(--medium); }
.finding.low { border-left-color: var(--low); }
.severity { margin-right: .3rem; font-weight: 650; vertical-align: .08em; }
.severity.high { background: var(--high-soft); color: var(--high); }
.severity.medium { background: var(--medium-soft); color: var(--medium); }
.severity.low { background: var(--low-soft); color: var(--low); }

details { min-width: 0; }
summary { cursor: pointer; }
summary::marker { color: var(--quiet); }
.card > details { padding-top: .75rem; border-top: 1px solid var(--line); }
.cost { display: block; margin-left: 1.05rem; color: var(--quiet); font-size: .84rem; }
.sides { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: .9rem; margin-top: .75rem; }
.sides > div { padding: .8rem 1rem; border-radius: 8px; background: var(--paper); border-top: 3px solid var(--before); }
.sides > .after { border-top-color: var(--accent); }
.plan { padding: 0; list-style: none; font-family: var(--mono); font-size: .8rem; line-height: 1.5; }
.plan li { margin-top: .3rem; padding-left: calc(var(--depth) * 1.3rem + 1.1rem); text-indent: -1.1rem; }
.plan li::before {
  content: ""; display: inline-block; width: .55rem; height: .55rem; margin-right: .55rem; border-radius: 99px;
  background: var(--info);
}
.plan li:has(.looks-up)::before { background: var(--accent); }
.plan li:has(.reads-all)::before { background: var(--high); }
.plan li:has(.builds)::before { background: var(--medium); }

table { width: 100%; border-collapse: collapse; font-size: .9rem; }
th {
  padding: 0 .6rem .5rem; color: var(--quiet); font-size: .78rem; font-weight: 600; text-align: right;
  white-space: nowrap;
}
th:nth-child(-n+2) { text-align: left; }
th:first-child, td:first-child { padding-left: 0; }
td { padding: .65rem .6rem; border-top: 1px solid var(--line); vertical-align: top; }
.amount { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.place { color: var(--quiet); font-variant-numeric: tabular-nums; }
.statement { width: 100%; min-width: 0; }
.statement details[open] > summary { color: var(--quiet); }
.statement pre { margin: .6rem 0; padding: .8rem 1rem; border-radius: 8px; background: var(--track); }
.statement p { margin-top: .3rem; }
.statement code { font-size: .78rem; }
tr:target > td, article:target { background: var(--accent-soft); }

#notes ul { padding-left: 1.2rem; color: var(--quiet); font-size: .9rem; }
footer {
  margin-top: 3.5rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--quiet); font-size: .82rem;
}

@media (max-width: 46rem) {
  main { padding: 1.75rem 1rem 3rem; }
  h1 { font-size: 1.75rem; }
  .verdict { font-size: 1.15rem; }
  .first, .card { padding: 1.1rem 1.1rem; }
  .figures { grid-template-columns: 1fr 1fr; }
  .figure:last-child:nth-child(odd) { grid-column: 1 / -1; }
  .bar-row { grid-template-columns: minmax(0, 1fr); gap: .3rem; }
  .chart { gap: 1.1rem; }
  .sides { grid-template-columns: minmax(0, 1fr); }
  thead { display: none; }
  table, tbody { display: block; }
  tr { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; padding: .8rem 0; border-top: 1px solid var(--line); }
  td { padding: 0; border: 0; text-align: left; }
  .place::before { content: "#"; }
  .place { position: absolute; }
  .statement { padding-left: 2.2rem; }
  .amount { padding-left: 0; }
  .amount::before { content: attr(data-label) " "; color: var(--quiet); font-size: .78rem; }
  tr > .amount:nth-child(3) { padding-left: 2.2rem; }
}
@media print {
  :root {
    --paper: #ffffff; --card: #ffffff; --ink: #000000; --quiet: #4a4f55; --line: #cccccc; --track: #eeeeee;
    --accent: #0f766e; --accent-soft: #ffffff; --before: #c2a36b; --keyword: #000000; --literal: #000000;
  }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  section { margin-top: 1.6rem; }
  .card, .first, .bar-row, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  rect, .key::before, .plan li::before, .severity { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
