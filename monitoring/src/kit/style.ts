/** Style of reports, with the project's colours in light and dark, by the system's setting. */
export const style = `:root{color-scheme:light dark;--ground:#f3f0ee;--card:#fffdfb;--raised:#f6f2f1;--line:#e3dcdd;--ink:#26242f;--muted:#615d6c;--shared:#4150b5;--yours:#b0462a;--good:#23694f;--ember-wash:#fbeae3;--good-wash:#e2f1ea}
@media (prefers-color-scheme:dark){:root{--ground:#13131d;--card:#1d1d2a;--raised:#272736;--line:#343447;--ink:#edebf5;--muted:#aeabc0;--shared:#a3afff;--yours:#ffa184;--good:#7fd6ae;--ember-wash:#3c2a2a;--good-wash:#20372f}}
.c1{--colour:light-dark(#4150b5,#8f9cf8)}
.c2,.worse{--colour:light-dark(#c0532f,#f08b6a)}
.c3,.better{--colour:light-dark(#2f8265,#6cc79d)}
.c4{--colour:light-dark(#8b479c,#cf93e2)}
.c5{--colour:light-dark(#b58322,#dcb45e)}
.c6{--colour:light-dark(#3685b0,#74bfe8)}
.c7{--colour:light-dark(#b8487a,#f08cb2)}
.c8{--colour:light-dark(#8d8798,#8b88a0)}
.published{--colour:light-dark(#8a5a14,#e8c170)}
*,::before,::after{box-sizing:border-box}
html{scroll-padding-top:4rem}
body{margin:0;min-height:100dvh;background:linear-gradient(175deg,light-dark(#fdf3ea,#211b2b) 0%,light-dark(#f6eeee,#171724) 36%,light-dark(#ebeaf5,#10121b) 100%) var(--ground);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:break-word;-webkit-text-size-adjust:100%}
h1,h2,h3,p,ul,dl,dd,figure,fieldset{margin:0;padding:0;border:0;min-width:0}
ul{list-style:none}
header,main,footer{max-width:78rem;margin:0 auto;padding:0 clamp(1rem,4vw,2.5rem)}
header{padding-top:clamp(1.75rem,5vw,3.5rem)}
:focus-visible{outline:3px solid var(--shared);outline-offset:2px;border-radius:.4rem}
.skip{position:absolute;left:1rem;top:-4rem;z-index:4;padding:.5rem 1rem;border-radius:.75rem;background:var(--card);color:var(--shared)}
.skip:focus{top:.75rem}
.kind{color:var(--muted);font-size:.9375rem}
h1{margin-top:.15rem;font-size:clamp(1.9rem,5.5vw,2.75rem);font-weight:680;letter-spacing:-.025em;line-height:1.15;text-wrap:balance;overflow-wrap:anywhere}
.shows{max-width:44rem;margin-top:.6rem;font-size:1.125rem;text-wrap:pretty}
.ending{margin-top:.9rem;color:var(--muted)}
.state,.badge{display:inline-block;margin-right:.35rem;padding:.05rem .7rem;border-radius:1rem;background:var(--card);box-shadow:inset 0 0 0 1px var(--line);color:var(--ink);font-size:.875rem;font-weight:600}
.state.good{color:var(--good)}
.state.bad{color:var(--yours)}
.badge.drifted{background:var(--ember-wash);color:var(--yours)}
.badge.stable{background:var(--good-wash);color:var(--good)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.25rem,1fr));gap:.75rem;margin-top:1.75rem}
.tiles>div,section{border:1px solid var(--line);border-radius:1.25rem;background:var(--card);box-shadow:0 1px 2px light-dark(rgb(52 40 72/8%),rgb(0 0 0/30%)),0 12px 32px -12px light-dark(rgb(52 40 72/18%),rgb(0 0 0/60%))}
.tiles>div{padding:.9rem 1.1rem 1rem}
.tiles dt,.tiles span{display:block;color:var(--muted);font-size:.8438rem;line-height:1.4}
.tiles b{display:block;font-size:clamp(1.25rem,4vw,1.5rem);font-weight:620;letter-spacing:-.02em;line-height:1.35;font-variant-numeric:tabular-nums}
.tiles b:has(small){white-space:nowrap}
.runs{display:grid;gap:.4rem;margin-top:1.25rem}
.runs span{margin-left:.6rem;color:var(--muted);font-size:.9063rem}
small{color:var(--muted);font-size:.7em;font-weight:550;letter-spacing:0}
nav{position:sticky;top:.5rem;z-index:2;margin-top:1.5rem}
nav ul{display:flex;gap:.15rem;width:fit-content;max-width:100%;padding:.25rem;overflow-x:auto;border:1px solid var(--line);border-radius:1.25rem;background:color-mix(in srgb,var(--card) 88%,transparent);backdrop-filter:blur(12px)}
nav li a{display:block;padding:.35rem .8rem;border-radius:1rem;color:var(--muted);font-size:.9063rem;text-decoration:none;white-space:nowrap}
nav li a:hover{background:var(--raised);color:var(--ink)}
section{margin-top:1.75rem;padding:clamp(1.1rem,3vw,1.75rem)}
h2{margin-bottom:1rem;font-size:1.375rem;font-weight:650;letter-spacing:-.015em}
h3{font-size:1rem;font-weight:620}
section>h3{margin:1.75rem 0 .5rem}
.figures+h3{margin-top:0}
section p{max-width:52rem}
.words{display:grid;gap:.5rem;margin-bottom:1rem}
.muted,.aside,figcaption p,footer,details{color:var(--muted);font-size:.9063rem}
.aside{margin-top:.5rem}
.nothing,.command{padding:.8rem 1rem;border-radius:.9rem;background:var(--raised)}
.nothing{color:var(--muted)}
.command{margin:.5rem 0 1rem;overflow-wrap:anywhere}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,31rem),1fr));gap:0 clamp(1.25rem,3vw,2.5rem)}
.figures:last-child{margin-bottom:-1.75rem}
figure{display:grid;grid-row:span 4;grid-template-rows:subgrid}
figcaption p{margin-top:.15rem;text-wrap:pretty}
.views{position:relative;padding:.9rem 0 .5rem;touch-action:pan-y}
.over-bytes,.over-ms,main:has(.over [value=bytes]:checked) .over-round:not(:only-of-type),main:has(.over [value=ms]:checked) .over-round:not(:only-of-type){display:none}
main:has(.over [value=bytes]:checked) .over-bytes,main:has(.over [value=ms]:checked) .over-ms{display:block}
.plot,.bars{display:block;overflow:visible;font-size:.75rem}
.plot{width:calc(100% - 4rem);height:14rem;margin:1.5rem .75rem 3rem 3.25rem}
.plot svg{overflow:visible}
.plot text,.bars text{fill:var(--muted)}
.plot .start{text-anchor:start}
.plot .middle{text-anchor:middle}
.plot .end,.bars .end{text-anchor:end}
.plot .grid{stroke:var(--line)}
.plot .line,.plot .published{fill:none;stroke:var(--colour);stroke-width:2;vector-effect:non-scaling-stroke}
.plot .dashed,.plot line.published{stroke-dasharray:5 4}
.plot circle,.plot .bar,.plot .band,.bars rect{fill:var(--colour)}
.plot .band{fill-opacity:.16}
.plot .faint{fill-opacity:.65}
.plot .published{stroke-width:1.25}
.plot circle.published{fill:var(--card)}
.plot text.published{fill:var(--colour);stroke:var(--card);stroke-width:4;paint-order:stroke}
td .plot{height:6rem;margin-bottom:2rem}
td .plot,.bars{min-width:10rem;max-width:22rem}
.bars{width:calc(100% - 7rem);margin-left:7rem}
.plot .c1.both,.plot .c2.both{fill-opacity:.55}
.plot .event{fill:var(--yours);stroke:var(--card)}
.view{position:relative}
.cursor,.mark{position:absolute;inset:0 auto 0 0;border-left:1px dashed var(--muted);pointer-events:none}
.mark{margin-left:-1.5px;border-left:3px solid color-mix(in srgb,var(--yours) 70%,transparent)}
a:is(:target,:focus) circle{stroke:var(--yours);stroke-width:5}
tr.chosen>*,tr:has(:target,a:focus)>*{background:var(--ember-wash)}
tr>* a,li a,.aside a{color:var(--shared)}
.tip{position:absolute;width:max-content;max-width:100%;z-index:1;padding:.45rem .7rem;border:1px solid var(--line);border-radius:.75rem;background:color-mix(in srgb,var(--card) 94%,transparent);font-size:.8125rem;line-height:1.5;font-variant-numeric:tabular-nums;pointer-events:none}
.tip b,.tip span{display:block}
[hidden]{display:none}
.event{--colour:var(--yours)}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;color:var(--muted);font-size:.875rem}
.legend+.scroll,.aside+.scroll{margin-top:.75rem}
.swatch{display:inline-block;width:.75rem;height:.75rem;margin-right:.45rem;border-radius:.25rem;background:var(--colour);vertical-align:-.05em}
.swatch.dashed,.swatch.published{height:0;border-top:2px dashed var(--colour);border-radius:0;background:none;vertical-align:.25em}
.swatch.dot{width:.5rem;height:.5rem;border-radius:50%;vertical-align:.08em}
.over{display:flex;flex-wrap:wrap;align-items:center;gap:.25rem;width:fit-content;max-width:100%;margin-bottom:1.25rem;padding:.2rem;border-radius:1rem;background:var(--raised)}
.over legend{float:left;padding:0 .4rem 0 .8rem;color:var(--muted);font-size:.9063rem}
.over label{position:relative;cursor:pointer}
.over input{position:absolute;inset:0;margin:0;opacity:0;cursor:pointer}
.over span{display:block;padding:.3rem .8rem;border-radius:.8rem;color:var(--muted);font-size:.9063rem;font-weight:500}
.over input:checked+span{background:var(--card);box-shadow:0 1px 1.5px rgb(52 40 72/22%);color:var(--shared)}
.over input:focus-visible+span{outline:3px solid var(--shared);outline-offset:1px}
details{margin-top:.6rem}
details a{display:inline-block;margin-top:.5rem;color:var(--shared)}
summary{width:fit-content;cursor:pointer}
summary:hover{color:var(--ink)}
figure details{margin-bottom:1.75rem}
details[open]>summary{margin-bottom:.5rem}
.scroll{max-height:30rem;overflow:auto;border:1px solid var(--line);border-radius:.9rem}
.settings .scroll,.scroll:has(svg){max-height:none}
table{width:100%;border-spacing:0;color:var(--ink);font-size:.9063rem;font-variant-numeric:tabular-nums}
th,td{padding:.45rem .9rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;overflow-wrap:anywhere}
tbody tr:last-child>*{border-bottom:0}
thead th{position:sticky;top:0;z-index:1;background:var(--raised);color:var(--muted);font-size:.8438rem;font-weight:550}
tbody th{font-weight:500}
table:has([data-round]) th{overflow-wrap:normal}
code{font:.875em ui-monospace,"Cascadia Mono","SF Mono",Menlo,monospace;word-break:break-all}
.settings{columns:2 24rem;column-gap:1.5rem}
.settings>div{display:inline-block;width:100%;break-inside:avoid;margin-bottom:1.25rem}
.settings h3{margin:0 0 .5rem}
.settings tbody th{width:45%;color:var(--muted)}
.share{display:block;width:100%;min-width:6rem;height:.75rem;margin-top:.3rem}
.share rect{fill:var(--raised)}
.share .part{fill:var(--colour)}
.share line{stroke:var(--ink);stroke-width:1.5;vector-effect:non-scaling-stroke}
footer{padding-top:2rem;padding-bottom:3rem}
@media (max-width:40rem){.wide thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.wide,.wide tbody,.wide tr,.wide td,.wide tbody th{display:block}
.wide tr{padding:.5rem 0;border-bottom:1px solid var(--line)}
.wide tbody tr:last-child{border-bottom:0}
.wide td,.wide tbody th{border:0;padding:.2rem .9rem}
.wide td:empty{display:none}
.wide td::before{content:attr(data-label)": ";color:var(--muted)}}
@media print{body{background:none}
nav,.over,details{display:none}
section,.tiles>div{box-shadow:none;break-inside:avoid}}`;
