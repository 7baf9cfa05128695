"""Which addresses belong to jobs that make a smaller model from a parent?"""

from django.urls import URLPattern, URLResolver, path

from advisor.adaptations.views import making

app_name = "adaptations"
MADE = "t/<slug:team>/p/<slug:project>/adaptations/"
JOB = f"{MADE}<int:number>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path(MADE, making.made_models, name="made"),
    path(f"{MADE}new/", making.start, name="start"),
    path(JOB, making.job, name="job"),
    path(f"{JOB}status/", making.status, name="status"),
    path(f"{JOB}cancel/", making.cancel, name="cancel"),
    path(f"{JOB}enter/", making.enter, name="enter"),
]
