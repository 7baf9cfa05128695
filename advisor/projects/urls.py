"""Which addresses belong to setting up a project?"""

from django.urls import URLPattern, URLResolver, path, re_path

from advisor.projects.views import (
    archiving,
    candidates,
    intakes,
    keeping,
    review,
    samples,
    steps,
    versions,
)

app_name = "projects"
SETUP = "t/<slug:team>/p/<slug:project>/setup/"
ADD = (
    r"^t/(?P<team>[-\w]+)/p/(?P<project>[-\w]+)/setup/candidates/add/"
    r"(?P<kind>local|recorded|stored|endpoint)/$"
)
KEEP = (
    r"^t/(?P<team>[-\w]+)/p/(?P<project>[-\w]+)/setup/"
    r"(?P<step>goal|constraints|samples|review)/keep/$"
)
ARCHIVE = r"^t/(?P<team>[-\w]+)/p/(?P<project>[-\w]+)/(?P<verb>archive|restore)/$"
urlpatterns: list[URLPattern | URLResolver] = [
    path("t/<slug:team>/projects/new/", steps.new, name="new"),
    path("t/<slug:team>/projects/new/keep/", keeping.keep_new, name="keep-new"),
    re_path(ARCHIVE, archiving.step, name="archive"),
    path(SETUP, steps.setup, name="setup"),
    re_path(KEEP, keeping.keep, name="keep"),
    path(f"{SETUP}goal/", steps.goal, name="goal"),
    path(f"{SETUP}constraints/", steps.limits, name="constraints"),
    path(f"{SETUP}constraints/preview/", steps.preview, name="preview"),
    path(f"{SETUP}samples/", samples.samples, name="samples"),
    path(f"{SETUP}samples/upload/", samples.upload, name="upload"),
    path(f"{SETUP}samples/<int:upload>/columns/", samples.columns, name="columns"),
    path(f"{SETUP}samples/<int:upload>/rows/", samples.rows, name="rows"),
    path(f"{SETUP}samples/expected/", samples.expected, name="expected"),
    path(f"{SETUP}samples/pack/", samples.pack, name="pack"),
    path(f"{SETUP}samples/progress/", intakes.progress, name="progress"),
    path(f"{SETUP}samples/problems.csv", intakes.problems, name="problems"),
    path(f"{SETUP}samples/drop/", intakes.drop, name="drop"),
    path(f"{SETUP}samples/mask/", intakes.mask, name="mask"),
    path(f"{SETUP}samples/split/", intakes.split, name="split"),
    path(f"{SETUP}candidates/", candidates.candidates, name="candidates"),
    re_path(ADD, candidates.add, name="add"),
    path(f"{SETUP}candidates/several/", candidates.several, name="several"),
    path(f"{SETUP}candidates/remove/", candidates.remove, name="remove"),
    path(f"{SETUP}review/", review.review, name="review"),
    path(f"{SETUP}versions/<int:version>/", versions.version, name="version"),
]
