/** The look of reports: one sheet, light and dark by the reader's preference, nothing loaded from anywhere. */

/** The style sheet. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#f6f5f1;--card:#fffefb;--ink:#1c1f24;--soft:#5d6470;--line:#dcd9d0;--accent:#1f4e5f;
--met:#2f7d6b;--met-soft:#d5e8e1;--partly:#c98b1d;--not:#b8432f;--open:#c2492f;--narrow:#e0a63a;--shut:#3f8f7c;--far:#e4e1d7;
--unknown:#a5a196;--na:#c9c5ba;--machine:#1f4e5f;--both:#4f8a8b;--word:#d2a95a;--none:#dedad0;--s3:#8a5a9e;--s4:#1f6f8b;--s5:#b8432f}
@media (prefers-color-scheme:dark){:root{--bg:#14171a;--card:#1c2024;--ink:#e9e6de;--soft:#9aa1aa;--line:#33393f;--accent:#7fb6c4;
--met:#5bb49c;--met-soft:#20382f;--partly:#e0a63a;--not:#e2705a;--open:#d4604a;--narrow:#c8922f;--shut:#3f8f7c;--far:#2a2f34;
--unknown:#6f747b;--na:#454b52;--machine:#7fb6c4;--both:#4f8a8b;--word:#c79a4b;--none:#30363c;--s3:#b48ac6;--s4:#62b0c9;--s5:#e2705a}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 ui-sans-serif,system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:1120px;margin:0 auto;padding:40px 28px 80px}
header{border-bottom:2px solid var(--ink);padding-bottom:20px;margin-bottom:28px}
header .kind{font-size:12px;letter-spacing:.14em;text-transform:uppercase;color:var(--soft)}
h1{font:600 34px/1.15 ui-serif,Georgia,"Times New Roman",serif;margin:6px 0 8px}
h2{font:600 22px/1.25 ui-serif,Georgia,"Times New Roman",serif;margin:46px 0 6px}
h3{font-size:14px;margin:22px 0 6px}
p{margin:6px 0 12px;max-width:76ch}.lead{color:var(--soft)}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:18px 20px;margin:14px 0;overflow-x:auto}
.grid{display:grid;gap:14px;grid-template-columns:repeat(auto-fit,minmax(300px,1fr))}.grid .card{margin:0}
table{border-collapse:collapse;width:100%;font-size:13.5px}
th{font-weight:600;text-align:left;color:var(--soft);font-size:12px}th,td{padding:6px 10px 6px 0;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td{border-bottom:0}td.n,th.n,td.w{white-space:nowrap}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
.levels td,.levels th{padding:10px 8px;text-align:center}.levels th:first-child,.levels td:first-child{text-align:left;width:24%}
.levels b{display:block;font:600 26px/1 ui-serif,Georgia,serif}.levels .of{font-size:11px;color:var(--soft);margin-top:5px}
.levels .reached b{color:var(--met)}.bars{display:inline-grid;grid-template-columns:repeat(5,20px);gap:3px;margin-top:8px}
.bars i{display:block;height:5px;border-radius:2px;background:var(--none);position:relative;overflow:hidden}
.bars i::before{content:"";position:absolute;inset:0 auto 0 0;width:var(--w);background:var(--met)}
.chip{display:inline-block;border-radius:99px;padding:0 8px;font-size:11.5px;line-height:18px;border:1px solid transparent;white-space:nowrap}
.chip.met{background:var(--met);color:var(--card)}.chip.partly{background:var(--partly);color:#1c1f24}
.chip.not-met{background:var(--not);color:var(--card)}.chip.not-applicable{background:var(--na);color:var(--ink)}
.chip.unknown{border-color:var(--unknown);color:var(--soft);border-style:dashed}
.chip.shows{background:var(--machine);color:var(--card)}.chip.part{background:var(--both);color:var(--card)}.chip.contradicts{background:var(--not);color:var(--card)}
.dot{display:inline-block;width:11px;height:11px;border-radius:50%;margin-right:4px;vertical-align:-1px;border:1.5px solid transparent}
.dot.met{background:var(--met)}.dot.partly{background:var(--partly)}.dot.not-met{background:var(--not)}.dot.not-applicable{background:var(--na)}
.dot.unknown{border:1.5px dashed var(--unknown)}
.key{display:flex;flex-wrap:wrap;gap:6px 16px;font-size:12.5px;color:var(--soft);margin:8px 0}.key span{display:inline-flex;align-items:center;gap:6px}
.swatch{width:12px;height:12px;border-radius:3px;display:inline-block}
.bar{display:flex;height:16px;border-radius:4px;overflow:hidden;background:var(--none);min-width:240px}.bar i{display:block}
details{border-top:1px solid var(--line);padding:8px 0}details:first-of-type{border-top:0}
summary{cursor:pointer;font-weight:600}summary .lead{font-weight:400}
.tabs>input{position:absolute;opacity:0}.tabs>label{display:inline-block;padding:5px 12px;border:1px solid var(--line);border-radius:99px;margin:0 6px 10px 0;cursor:pointer;font-size:13px;color:var(--soft)}
.tabs>input:checked+label{background:var(--accent);border-color:var(--accent);color:var(--card)}.tabs>input:focus-visible+label{outline:2px solid var(--accent);outline-offset:2px}
.tabs>.pane{display:none}
svg{display:block;max-width:100%;height:auto;font:12px ui-sans-serif,system-ui,sans-serif}
svg text{fill:var(--ink)}svg .s{fill:var(--soft);font-size:11px}svg .h{font-weight:600}svg .ax{stroke:var(--line);stroke-width:1}
svg .v{font-size:10.5px}svg .inv{fill:var(--card)}
footer{margin-top:60px;border-top:1px solid var(--line);padding-top:14px;font-size:12.5px;color:var(--soft)}
td code,.chip{white-space:nowrap}code{font:12.5px ui-monospace,Menlo,Consolas,monospace}a{color:var(--accent)}
@media print{body{background:#fff}main{max-width:none;padding:0}.card{break-inside:avoid}details{break-inside:avoid}}
`;
