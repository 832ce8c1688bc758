"""The front page: what this is, and where everything else is."""

from api.route import Route
from api.web.page import Site, page_route, still
from docgen.domain.language import Language


def front_page(site: Site) -> Route:
    """The route of the page."""

    def write(language: Language) -> bytes:
        return site.page("front", language)

    return page_route("/", still(write), says="What this is")
