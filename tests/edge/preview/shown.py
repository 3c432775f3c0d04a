"""An app as a test sees it: its origin on one side, a page of Chromium on the other."""

from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.edge.preview.page_origin import PageOrigin

#: Notes what the page announces, and every paint of the first heading, before the runtime runs.
NOTES = """
window.applied = [];
window.addEventListener('fleet:applied', (event) => window.applied.push(event.detail.rev));
"""


class Shown:
    """One app in one tab; `tab()` opens more."""

    def __init__(self, origin: PageOrigin, context: BrowserContext) -> None:
        self.origin = origin
        self.app = origin.app
        self._context = context
        self.console: list[str] = []
        self.page = self.tab()

    def tab(self, path: str = "") -> Page:
        page = self._context.new_page()
        page.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.console.append(f"pageerror: {error}"))
        page.add_init_script(NOTES)
        page.goto(self.origin.url + path)
        return page

    def write(self, path: str, text: str | None) -> str:
        """Write one file, and wait until the page has applied it."""
        return self.write_all({path: text})

    def write_all(self, files: dict[str, str | None]) -> str:
        rev = self.app.write(files)
        self.applied(rev)
        return rev

    def replace(self, path: str, old: str, new: str) -> str:
        """Edit one file, and wait until the page has applied it."""
        return self.write(path, self.edited(path, old, new))

    def breaks(self, path: str, old: str, new: str) -> None:
        """Edit one file so that something breaks: the overlay comes."""
        self.app.write({path: self.edited(path, old, new)})
        expect(self.overlay).to_be_attached()

    def edited(self, path: str, old: str, new: str) -> str:
        text = self.app.files[path]
        assert old in text
        return text.replace(old, new)

    def applied(self, rev: str, page: Page | None = None) -> None:
        (page or self.page).wait_for_function("(rev) => window.applied.includes(rev)", arg=rev)

    @property
    def overlay(self) -> Any:
        return self.page.locator("fleet-overlay")

    def overlay_has(self, *texts: str) -> None:
        for text in texts:
            expect(self.overlay.locator("section")).to_contain_text(text)

    def overlay_is_gone(self) -> None:
        expect(self.overlay).to_have_count(0)

    def has(self, selector: str, text: str) -> None:
        try:
            expect(self.page.locator(selector)).to_have_text(text)
        except AssertionError as error:
            error.add_note(f"Overlay: {self.overlay.locator('section').all_inner_texts()}, console: {self.console}")
            raise

    def click(self, selector: str, times: int = 1) -> None:
        for _ in range(times):
            self.page.locator(selector).click()

    def mark(self) -> None:
        """Leave a mark in the page that no reload survives."""
        self.page.evaluate("window.mark = true")

    @property
    def is_marked(self) -> bool:
        marked: bool = self.page.evaluate("window.mark === true")
        return marked
