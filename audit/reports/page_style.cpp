#include "audit/reports/page_style.h"

#include <openssl/evp.h>

#include <array>

namespace sekisho::audit {

// System fonts, Japanese first: a page that fetches no font shows the same on every machine of the
// company.
std::string_view page_style() {
  return R"(
:root{color-scheme:light;--ink:#1a1d21;--soft:#555d66;--line:#c6ccd2;--pale:#f3f5f7;--mark:#fff3c4;--bar:#31597f}
*{box-sizing:border-box}
body{margin:0 auto;max-width:62rem;padding:1.5rem;color:var(--ink);background:#fff;font:15px/1.65 "Hiragino Sans","Hiragino Kaku Gothic ProN","Yu Gothic UI","Yu Gothic","Noto Sans CJK JP","Noto Sans JP",Meiryo,system-ui,"Segoe UI",Arial,sans-serif;line-break:strict;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
header{border-bottom:3px solid var(--ink);padding-bottom:.8rem;margin-bottom:1rem}
.product{margin:0;color:var(--soft);font-size:.85rem;letter-spacing:.06em}
h1{font-size:1.65rem;line-height:1.3;margin:.2rem 0 .6rem}
h2{font-size:1.2rem;line-height:1.4;margin:2rem 0 .6rem;padding-left:.6rem;border-left:5px solid var(--bar)}
h3{font-size:1rem;margin:1.4rem 0 .3rem}
p{margin:.4rem 0}
.head{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:0}
.head dt{color:var(--soft)}
.head dd{margin:0}
nav ol{margin:.2rem 0;padding-left:1.8rem;columns:2;column-gap:2rem}
a{color:#1d4f91}
.scroll{overflow-x:auto}
.scroll:focus-visible{outline:3px solid #1d4f91;outline-offset:2px}
table{border-collapse:collapse;width:100%;margin:.5rem 0 .3rem;font-size:.86rem;line-height:1.45}
caption{text-align:left;font-weight:600;padding:.2rem 0 .35rem;font-size:.95rem}
th,td{border:1px solid var(--line);padding:.28rem .5rem;text-align:left;vertical-align:top}
thead th{background:var(--pale);border-bottom:2px solid var(--soft);vertical-align:bottom}
th.n,td.n{text-align:right}
td.n{white-space:nowrap}
td.t{min-width:5.8em}
td.c{min-width:4.2em}
.pair td:first-child{width:15em}
.wide table{font-size:.78rem}
.wide th,.wide td{padding:.25rem .35rem}
.wide td.c{min-width:2.5em}
tbody tr:nth-child(even){background:#fafbfc}
.unit,.code{color:var(--soft);font-size:.85em;font-weight:400}
.more td{background:var(--pale);font-style:normal;color:var(--soft)}
.notes{margin:.2rem 0 .6rem;padding-left:1.2rem;font-size:.82rem;color:var(--soft)}
.hid{font-size:.75em;border:1px solid var(--line);border-radius:3px;padding:0 .2em;background:var(--mark);color:#5c4400}
mark{background:var(--mark);color:inherit;padding:0 .2em;border-bottom:2px solid #b08900}
.v{white-space:nowrap;font-weight:600}
.v::before{margin-right:.3em}
.v-block::before{content:"■"}
.v-redact::before,.v-pseudonymise::before{content:"◩"}
.v-allow::before{content:"□"}
.v-block{color:#8c1c13}
.cmd{margin:.2rem 0 .8rem;font-size:.8rem;color:var(--soft)}
code,pre{font-family:ui-monospace,"SFMono-Regular",Consolas,"Noto Sans Mono CJK JP","Noto Sans Mono","MS Gothic",monospace;font-size:.92em}
pre{white-space:pre-wrap;border:1px solid var(--line);padding:.5rem .7rem;font-size:.78rem;line-height:1.5;margin:.4rem 0 1rem}
pre ins{text-decoration:none;background:#e2f1e4;display:block}
pre del{text-decoration:none;background:#fbe6e4;display:block}
pre .gap{color:var(--soft);display:block}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.7rem;margin:.8rem 0;padding:0;list-style:none}
.figures li{border:1px solid var(--line);padding:.5rem .7rem;break-inside:avoid}
.figures .label{display:block;font-size:.82rem;color:var(--soft)}
.figures .big{display:block;font-size:1.55rem;line-height:1.3;font-weight:600}
.figures .was{display:block;font-size:.78rem;color:var(--soft)}
svg.line{display:block;width:120px;height:28px;margin-top:.3rem}
svg.line path{fill:none;stroke:var(--bar);stroke-width:1.6}
svg.chart{display:block;width:100%;height:auto;margin:.4rem 0;font-size:12px}
svg text{fill:var(--ink)}
svg .end{text-anchor:end}
svg .mid{text-anchor:middle}
svg .val{fill:var(--soft)}
svg .bar{fill:var(--bar)}
svg .grid{stroke:var(--line);stroke-width:1}
svg .edge{stroke:var(--ink);stroke-width:.6}
svg pattern path{stroke:#fff;stroke-width:1;fill:none}
svg pattern circle{fill:#fff}
svg .s0{fill:#31597f}svg .s1{fill:#b3541e}svg .s2{fill:#6f8f2f}svg .s3{fill:#7a5195}svg .s4{fill:#c98b00}svg .s5{fill:#4f9d9d}svg .s6{fill:#888}
.evidence{border:2px solid var(--ink);padding:.6rem 1rem 1rem;margin-top:2.5rem;break-inside:avoid}
.evidence h2{margin-top:.4rem;border:0;padding:0}
.evidence th{width:15em;background:var(--pale)}
.evidence ul{margin:0;padding-left:1.1rem}
.sign{width:auto;margin:1.5rem 0 0 auto}
.sign th,.sign td{width:8em;text-align:center}
.sign td{height:4.2em}
@media screen and (max-width:40rem){body{padding:.8rem}nav ol{columns:1}.head{grid-template-columns:1fr}}
@page{size:A4;margin:16mm 13mm 18mm;@bottom-right{content:counter(page) " / " counter(pages);font-size:8pt;color:#555}}
@page wide{size:A4 landscape}
@media print{
body{max-width:none;padding:0;font-size:9.5pt;line-height:1.55}
.wide{page:wide}
h1{font-size:17pt}h2{font-size:12.5pt}h3{font-size:10.5pt}
h2,h3,caption{break-after:avoid}
thead{display:table-header-group}
tr,svg,figure,.figures li{break-inside:avoid}
.scroll{overflow:visible}
table{font-size:8pt}
.wide table{font-size:7.5pt}
a{color:inherit;text-decoration:none}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
)";
}

std::string page_style_source() {
  std::array<unsigned char, 32> hash{};
  const std::string_view style = page_style();
  EVP_Digest(style.data(), style.size(), hash.data(), nullptr, EVP_sha256(), nullptr);
  std::array<unsigned char, 45> text{};
  EVP_EncodeBlock(text.data(), hash.data(), static_cast<int>(hash.size()));
  return "'sha256-" + std::string(reinterpret_cast<const char*>(text.data()), 44) + "'";
}

}  // namespace sekisho::audit
