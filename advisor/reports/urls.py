"""Which addresses belong to what people read and print?"""

from django.urls import URLPattern, URLResolver, path

from advisor.reports.views import (
    activity,
    commenting,
    comparison,
    dashboard,
    deciding,
    export,
    records,
    run_pair,
    samples,
    shared,
    sharing,
    what_if,
)

app_name = "reports"
PROJECT = "t/<slug:team>/p/<slug:project>/"
RUN = f"{PROJECT}runs/<int:number>/"
COMMENT = f"{RUN}comments/<int:comment>/"
SHARED = "shared/<str:token>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("t/<slug:team>/", dashboard.dashboard, name="dashboard"),
    path("t/<slug:team>/projects.csv", dashboard.table, name="projects-table"),
    path(PROJECT, comparison.project, name="project"),
    path(f"{PROJECT}activity/", activity.activity, name="activity"),
    path(f"{PROJECT}runs/compare/", run_pair.compare_runs, name="run-pair"),
    path(f"{RUN}compare/", comparison.compare, name="comparison"),
    path(f"{RUN}what-if/", what_if.what_if, name="what-if"),
    path(f"{RUN}what-if/save/", what_if.save, name="what-if-save"),
    path(f"{RUN}samples/", samples.sample_list, name="samples"),
    path(f"{RUN}sample/", samples.sample, name="sample"),
    path(f"{RUN}report/", export.report, name="report"),
    path(f"{RUN}report/files/<int:export>/", export.stored, name="report-stored"),
    path(f"{RUN}report/figures/<slug:name>.svg", export.figure, name="report-figure"),
    path(f"{RUN}report.<slug:kind>", export.file, name="report-file"),
    path(f"{RUN}recommendation.json", export.document, name="recommendation"),
    path(f"{RUN}accept/", deciding.accept, name="accept"),
    path(f"{RUN}accept/undo/", deciding.undo, name="undo"),
    path(f"{RUN}comments/", commenting.comments, name="comments"),
    path(COMMENT, commenting.comment, name="comment"),
    path(f"{COMMENT}delete/", commenting.delete, name="comment-delete"),
    path(f"{RUN}share/", sharing.share, name="share"),
    path(f"{RUN}share/<int:link>/revoke/", sharing.revoke, name="share-revoke"),
    path("t/<slug:team>/reports/", records.records, name="records"),
    path(f"{PROJECT}report/", records.latest, name="latest-report"),
    path(SHARED, shared.shared, name="shared"),
    path(f"{SHARED}figures/<slug:name>.svg", shared.figure, name="shared-figure"),
    path(f"{SHARED}report.<slug:kind>", shared.file, name="shared-file"),
]
