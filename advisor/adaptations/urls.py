"""Which addresses belong to jobs that make a smaller model from a parent?"""

from django.urls import URLPattern, URLResolver

app_name = "adaptations"
urlpatterns: list[URLPattern | URLResolver] = []
