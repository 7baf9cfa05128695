"""Which addresses belong to no team and no account?"""

from django.urls import path

from advisor.web import views

app_name = "web"
urlpatterns = [
    path("theme/", views.theme, name="theme"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("how-recommendations-are-made/", views.method, name="method"),
    path("help/", views.help_and_contact, name="help"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("privacy/", views.privacy, name="privacy"),
]
