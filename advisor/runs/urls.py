"""Which addresses belong to what was asked and answered?"""

from django.urls import URLPattern, URLResolver, path, re_path

from advisor.runs.views import launching, operating, watching

app_name = "runs"
PROJECT = "t/<slug:team>/p/<slug:project>/"
RUN = f"{PROJECT}runs/<int:number>/"
STEP = (
    r"^t/(?P<team>[-\w]+)/p/(?P<project>[-\w]+)/runs/(?P<number>\d+)/"
    r"(?P<verb>pause|resume|cancel|retry|others)/$"
)
urlpatterns: list[URLPattern | URLResolver] = [
    path("operate/under-way/", operating.work, name="work"),
    path(f"{PROJECT}setup/launch/", launching.launch, name="launch"),
    path(f"{PROJECT}runs/", watching.runs, name="runs"),
    path(RUN, watching.run, name="run"),
    path(f"{RUN}status/", watching.status, name="status"),
    path(f"{RUN}raise-cap/", watching.raise_cap, name="raise_cap"),
    re_path(STEP, watching.step, name="step"),
]
