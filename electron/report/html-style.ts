/**
 * How the HTML report looks: on screen light or dark as the reader prefers, on paper always light, A4. System fonts
 * only: the file loads nothing. Colours of ranks and phases are variables, so that charts follow the scheme.
 */
const light = `
--paper:#fff;--wash:#f5f6f4;--ink:#1b1f23;--soft:#59626b;--rule:#d8dcd8;--grid:#e9ece9;--accent:#0d5c63;--bad:#a3261b;--bad-wash:#fbeeec;--warn:#7a5200;
--rank-0:#0a67b0;--rank-1:#c8500a;--rank-2:#0b8457;--rank-3:#a8478f;--rank-4:#8f6a00;--rank-5:#2a8fb8;--rank-6:#8c5a4b;--rank-7:#68727d;
--validation:#a3261b;--data:#84909b;--forward:#2b6cb0;--backward:#6a4c9c;--reduce:#b3611a;--optimizer:#2f855a;--other:#d8dcd8;--on-phase:#fff;`
const dark = `
--paper:#14181b;--wash:#1c2226;--ink:#e8ebe8;--soft:#a3adb3;--rule:#363e43;--grid:#262d31;--accent:#6cc4c1;--bad:#ff9d8f;--bad-wash:#33201d;--warn:#e8be6a;
--rank-0:#5fb0f0;--rank-1:#ff9455;--rank-2:#4fcf9b;--rank-3:#e59bd0;--rank-4:#e0bb4f;--rank-5:#8fd6f2;--rank-6:#cfa396;--rank-7:#a9b3bc;
--validation:#ff9d8f;--data:#7d8993;--forward:#4f94d8;--backward:#a58ad6;--reduce:#e39a4c;--optimizer:#46a878;--other:#454e54;--on-phase:#0d1113;`

const ranks = Array.from(
  { length: 8 },
  (_, rank) => `.line.rank-${rank}{stroke:var(--rank-${rank})}.dot.rank-${rank}{fill:var(--rank-${rank})}`,
).join('')

export const styleSheet = `
:root{color-scheme:light dark;${light}}
@media (prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 Charter,"Bitstream Charter","Sitka Text",Cambria,"Liberation Serif",serif;font-variant-numeric:oldstyle-nums}
main{max-width:52rem;margin:0 auto;padding:3rem 1.5rem 4rem}
table,dl,.meta,.legend,.tag,.badge,.eyebrow,footer,svg text{font-family:ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Liberation Sans",Arial,sans-serif;font-variant-numeric:lining-nums tabular-nums}
.eyebrow{margin:0;color:var(--accent);font-size:.78rem;font-weight:600;letter-spacing:.08em;text-transform:uppercase}
h1{margin:.3rem 0 .7rem;font-size:2.3rem;line-height:1.12;letter-spacing:-.01em;font-weight:600;overflow-wrap:anywhere;text-wrap:balance}
h2{margin:2.6rem 0 .9rem;padding-top:.55rem;border-top:2px solid var(--ink);font-size:1.4rem;line-height:1.25;font-weight:600}
h3{margin:1.6rem 0 .3rem;font-size:1.08rem;font-weight:600}
p{margin:.6rem 0;max-width:42rem}
.meta{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;margin:0;color:var(--soft);font-size:.86rem;align-items:center}
.meta code{color:var(--ink)}
code,pre{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;font-size:.86em}
.badge{padding:.1rem .55rem;border:1px solid currentColor;border-radius:1rem;font-size:.76rem;font-weight:600;color:var(--soft)}
.badge.done,.badge.measured{color:var(--accent)}.badge.failed,.badge.lost{color:var(--bad)}.badge.stopped,.badge.running{color:var(--warn)}
.tag{color:var(--soft);font-size:.72rem;border:1px solid var(--rule);border-radius:.2rem;padding:0 .3rem;white-space:nowrap}
.figures{display:grid;grid-template-columns:repeat(3,1fr);gap:0 2rem;margin:2rem 0 0;border-bottom:1px solid var(--rule)}
.figures>div{padding:.8rem 0 .9rem;border-top:1px solid var(--rule)}
.figures dt{display:flex;justify-content:space-between;align-items:baseline;gap:.5rem;color:var(--soft);font-size:.8rem}
.figures dd{margin:0}
.figures .value{display:block;font-size:1.7rem;line-height:1.25;font-weight:600;letter-spacing:-.02em}
.figures .note{display:block;color:var(--soft);font-size:.78rem;line-height:1.4}
.callout{margin:1.6rem 0 0;padding:.8rem 1.1rem;border-left:3px solid var(--bad);background:var(--bad-wash);overflow-wrap:anywhere}
.callout p{margin:.2rem 0}
.callout.notes{border-color:var(--warn);background:var(--wash)}
.callout ul,.limits{margin:.3rem 0;padding-left:1.2rem}
.limits li{margin:.35rem 0;max-width:42rem}
main{counter-reset:figure}
figure{margin:1.2rem 0 1.8rem;break-inside:avoid;counter-increment:figure}
figcaption{margin-top:.5rem;color:var(--soft);font-size:.92rem;line-height:1.45;max-width:42rem}
figcaption::before{content:"Figure " counter(figure) ". ";color:var(--ink);font-weight:600}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:0 1.6rem;align-items:start}
.pair figure{margin-top:0}
svg.chart{display:block;width:100%;height:auto;overflow:visible}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;margin:.3rem 0 0;padding:0;list-style:none;font-size:.78rem}
.legend li{display:flex;align-items:center;gap:.45rem}
.grid{stroke:var(--grid)}.axis{stroke:var(--soft)}
svg text{font-size:11.5px;fill:var(--soft)}
svg .row-label{fill:var(--ink)}svg .unit{font-size:11px}
.mark{fill:none;stroke:var(--soft);stroke-dasharray:2 3;opacity:.7}svg .mark-label{font-size:10.5px}
.line{fill:none;stroke-linejoin:round;stroke-linecap:butt}
.line.group{stroke:var(--ink)}.dot.group{fill:var(--ink)}.line.group-steps{stroke:var(--soft);opacity:.45}
.line.validation{stroke:var(--validation)}.dot.validation{fill:var(--validation);stroke:var(--paper);stroke-width:1}
.phase.dataMs{fill:var(--data)}.phase.forwardBackwardMs,.phase.forwardMs{fill:var(--forward)}.phase.backwardMs{fill:var(--backward)}.phase.allReduceMs{fill:var(--reduce)}.phase.optimizerMs{fill:var(--optimizer)}.phase.other{fill:var(--other)}
.phase{stroke:var(--paper);stroke-width:1}svg .phase-label{fill:var(--on-phase);font-weight:600}svg .phase-label.other{fill:var(--ink)}
${ranks}
.scroll{overflow-x:auto;margin:.6rem 0 1.2rem}
table{border-collapse:collapse;width:100%;font-size:.82rem;line-height:1.4}
th,td{padding:.32rem .6rem .32rem 0;border-bottom:1px solid var(--rule);text-align:left;vertical-align:top}
thead th{color:var(--soft);font-weight:600;border-bottom-color:var(--soft);vertical-align:bottom}
tbody th{font-weight:400}
table:not(.facts) tbody th{white-space:nowrap}
td.number,th.number{text-align:right;padding-right:0;padding-left:.8rem}
td.number{white-space:nowrap}
td.number+td.text,th.number+th.text{padding-left:1.2rem}
.facts{table-layout:fixed}
.facts th{width:48%;color:var(--soft)}
.pair .facts th{width:42%}
.facts td{overflow-wrap:anywhere}
.facts code{float:right;padding-right:1rem;font-size:.92em;opacity:.75}
.facts td.digest{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;font-size:.76rem}
pre{margin:.8rem 0;padding:.8rem 1rem;background:var(--wash);border:1px solid var(--rule);border-radius:.3rem;white-space:pre-wrap;overflow-wrap:anywhere}
footer{margin-top:3rem;padding-top:.8rem;border-top:1px solid var(--rule);color:var(--soft);font-size:.78rem}
@media (max-width:40rem){main{padding:1.5rem 1rem}.figures{grid-template-columns:1fr 1fr}.pair{grid-template-columns:1fr}.facts code{display:none}section>figure{overflow-x:auto}section>figure svg.chart{min-width:34rem}}
@page{size:A4;margin:16mm 15mm;@bottom-right{content:counter(page) " / " counter(pages);color:#59626b;font:8pt ui-sans-serif,system-ui,"Liberation Sans",Arial,sans-serif}}
@media print{:root{color-scheme:light;${light}}html{font-size:10.5pt}body{font-size:10pt}main{max-width:none;padding:0}h2,h3{break-after:avoid}h2{margin-top:1.9rem}th,td{padding-top:.22rem;padding-bottom:.22rem}table:not(.facts) tbody th{white-space:normal;min-width:6rem}.facts,.pair{break-inside:avoid}tbody tr:nth-child(-n+2):not(:last-child){break-after:avoid}.scroll+p,footer{break-before:avoid}footer{margin-top:1.4rem}.facts td.digest{font-size:.62rem}thead{break-inside:avoid}p,li,figcaption{orphans:3;widows:3}tr,.figures>div,.callout{break-inside:avoid}.scroll{overflow:visible}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`
