"""Which addresses belong to what people read and print?"""

from django.urls import URLPattern, URLResolver, path

from advisor.reports.views import comparison, dashboard, export, what_if

app_name = "reports"
PROJECT = "t/<slug:team>/p/<slug:project>/"
RUN = f"{PROJECT}runs/<int:number>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("t/<slug:team>/", dashboard.dashboard, name="dashboard"),
    path("t/<slug:team>/projects.csv", dashboard.table, name="projects-table"),
    path(PROJECT, comparison.project, name="project"),
    path(f"{RUN}compare/", comparison.compare, name="comparison"),
    path(f"{RUN}what-if/", what_if.what_if, name="what-if"),
    path(f"{RUN}what-if/save/", what_if.save, name="what-if-save"),
    path(f"{RUN}samples/", comparison.sample_list, name="samples"),
    path(f"{RUN}sample/", comparison.sample, name="sample"),
    path(f"{RUN}report/", export.report, name="report"),
    path(f"{RUN}report/report.pdf", export.pdf, name="report-pdf"),
    path(f"{RUN}recommendation.json", export.document, name="recommendation"),
]
