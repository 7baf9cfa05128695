"""Of which parts is the JSON API made?"""

from advisor.api.json_api import JsonApi, StrictParser
from advisor.api.views import projects, reports, runs, setups

ABOUT = """The same services as the pages', for programs.

Send a token of the team's settings in the header: `Authorization: Bearer rs_…`; a token
in the address is refused. A token has a scope: `read`; `run` also launches and steers;
`manage` also writes projects and setups. What belongs to another team does not exist
here. Errors are problem details (RFC 9457) that list everything at once.
"""

api = JsonApi(
    title="Rightsize",
    version="1.0.0",
    description=ABOUT,
    urls_namespace="api:v1",
    docs_url=None,
    parser=StrictParser(),
)
for part in (projects, setups, runs, reports):
    api.add_router("", part.router)
