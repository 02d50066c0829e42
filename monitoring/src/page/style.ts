/** Style of the page, with the project's colours in light and dark, by the system's setting. */
export const style = `:root{color-scheme:light dark;--ground:#f3f0ee;--card:#fffdfb;--line:#e3dcdd;--ink:#26242f;--muted:#615d6c;--faint:#b9b3bd;--shared:#4150b5;--yours:#b0462a;--good:#23694f;--ember-wash:#fbeae3;--good-wash:#e2f1ea}
@media (prefers-color-scheme:dark){:root{--ground:#13131d;--card:#1d1d2a;--line:#343447;--ink:#edebf5;--muted:#aeabc0;--faint:#5b5a70;--shared:#a3afff;--yours:#ffa184;--good:#7fd6ae;--ember-wash:#3c2a2a;--good-wash:#20372f}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:80rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.75rem;line-height:1.2;margin:0}
h2{font-size:1.25rem;margin:2.5rem 0 .75rem}
ul.card{padding-left:2rem}
p{margin:.25rem 0}
.muted{color:var(--muted);font-size:.875rem}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:.75rem;margin:1.5rem 0 0;padding:0}
.cards div,.card{background:var(--card);border:1px solid var(--line);border-radius:1rem;padding:1rem}
dt{color:var(--muted);font-size:.875rem}
dd{margin:0;font-size:1.5rem;font-variant-numeric:tabular-nums}
table{width:100%;border-collapse:collapse;background:var(--card);border:1px solid var(--line);border-radius:1rem}
th,td{text-align:left;vertical-align:top;padding:.6rem .75rem;border-bottom:1px solid var(--line);font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
thead th{color:var(--muted);font-size:.875rem;font-weight:600}
tbody tr:last-child>*{border-bottom:0}
.badge{display:inline-block;border-radius:1rem;padding:0 .6rem;font-size:.875rem;white-space:nowrap;border:1px solid var(--line)}
.drifted{background:var(--ember-wash);color:var(--yours)}
.stable{background:var(--good-wash);color:var(--good)}
.key{display:inline-block;width:.75rem;height:.75rem;border-radius:.2rem;margin:0 .3rem 0 .75rem}
.key.before{background:var(--shared)}
.key.after{background:var(--yours)}
svg{display:block;width:100%;height:auto;max-width:22rem}
svg.wide{max-width:none}
svg text{fill:var(--muted);font-size:11px}
svg .before{fill:var(--shared);fill-opacity:.55}
svg .after{fill:var(--yours);fill-opacity:.55}
svg .line{fill:none;stroke:var(--shared);stroke-width:2}
svg .dot{fill:var(--shared)}
svg .band{fill:var(--shared);fill-opacity:.18}
svg .axis{stroke:var(--line);stroke-width:1}
@media (max-width:52rem){thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table,tbody,tr,td,tbody th{display:block}
tr{border-bottom:1px solid var(--line);padding:.5rem 0}
tbody tr:last-child{border-bottom:0}
td,tbody th{border:0;padding:.25rem .75rem}
td[data-label]::before{content:attr(data-label)": ";color:var(--muted)}}`;
