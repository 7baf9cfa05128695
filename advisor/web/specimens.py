"""stub"""
from advisor.web.pages import TextPage


def styleguide_page() -> TextPage:
    return TextPage(title="Components and states")
