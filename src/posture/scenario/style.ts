/** The one style sheet of the pages: light and dark by the reader's own choice, nothing from elsewhere. */
export const STYLE = `
:root{color-scheme:light dark;--paper:#fbfaf7;--card:#fff;--ink:#1d2329;--soft:#5c6670;--line:#e3e0d8;--main:#1f5f9e;--band:#1f5f9e26;--warn:#8a5a00;--warnpaper:#fdf3dc;--bar:#1f5f9e66;--h0:#1d7a4d1f;--h1:#8aa33a2e;--h2:#d9a4213d;--h3:#d4752852;--h4:#c2402f66}
@media (prefers-color-scheme:dark){:root{--paper:#14171a;--card:#1b2024;--ink:#e6e8ea;--soft:#9aa4ad;--line:#2e353b;--main:#7db7ee;--band:#7db7ee2e;--warn:#f0c36a;--warnpaper:#33290f;--bar:#7db7ee66;--h0:#2fa36b38;--h1:#9db54a3d;--h2:#d9a42147;--h3:#d4752861;--h4:#d6503f7a}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
main{max-width:1000px;margin:0 auto;padding:36px 24px 80px}
h1{font-size:30px;line-height:1.2;margin:0 0 6px;letter-spacing:-.01em}
h2{font-size:20px;margin:46px 0 4px;letter-spacing:-.005em}
h3{font-size:15px;margin:0 0 4px}
p{margin:6px 0;max-width:78ch}
.soft,figcaption{color:var(--soft);font-size:13.5px}
.notice{display:inline-block;background:var(--warnpaper);color:var(--warn);border-radius:6px;padding:3px 10px;font-weight:600;margin:4px 0 10px}
.card,figure{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px 16px;margin:12px 0}
figure.plain{margin:0}
.grid3{display:grid;grid-template-columns:repeat(auto-fill,minmax(270px,1fr));gap:12px;margin:12px 0}
.grid2{display:grid;grid-template-columns:repeat(auto-fit,minmax(380px,1fr));gap:12px;margin:12px 0}
.grid3 figure,.grid2 figure,.grid2 .card{margin:0}
svg{display:block;width:100%;height:auto}
svg text{font-family:inherit;fill:var(--ink)}
.tick{font-size:10.5px;fill:var(--soft)}
svg text.tick{fill:var(--soft)}
.label{font-size:12px}
.grid{stroke:var(--line)}
.axis{stroke:var(--soft)}
.band{fill:var(--band)}
.line{fill:none;stroke:var(--main);stroke-width:2;stroke-linejoin:round}
.bar{fill:var(--bar)}
.dot{fill:var(--main)}
.whisker{stroke:var(--ink);stroke-width:1.4}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13.5px;font-variant-numeric:tabular-nums}
th,td{padding:5px 8px;text-align:right;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;color:var(--soft)}
th:first-child,td:first-child,td.text,th.text{text-align:left}
td small{display:block;color:var(--soft);font-size:11.5px;white-space:nowrap}
.h0{background:var(--h0)}.h1{background:var(--h1)}.h2{background:var(--h2)}.h3{background:var(--h3)}.h4{background:var(--h4)}
.on{color:var(--warn);font-weight:600}
summary{cursor:pointer;font-weight:600}
a{color:var(--main)}
code{font:12.5px ui-monospace,"DejaVu Sans Mono",monospace}
@media print{body{background:#fff}.card,figure{break-inside:avoid}}
`;
