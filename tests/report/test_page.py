"""The page: one file, everything escaped, complete with and without charts, and opened by a real browser."""

from __future__ import annotations

import copy
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from apothecary.report import charts
from apothecary.report.findings import examine_run
from apothecary.report.page import count_dropped, list_figures, write_report

HOSTILE = "</div><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">\u202e\u2028"
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)


@pytest.fixture(scope="module")
def told(starter_run: Path) -> dict[str, Any]:
    return examine_run(starter_run)


class Watch(HTMLParser):
    """Elements, and addresses that something would be loaded from."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.handlers: set[str] = set()
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name.startswith("on"):
                self.handlers.add(name)
            if name in ("src", "href", "xlink:href") and not (value or "").startswith("#"):
                self.loads.append(str(value))


def watch(page: str) -> Watch:
    reader = Watch()
    reader.feed(page)
    return reader


def test_the_page_answers_on_top_and_loads_nothing(told: dict[str, Any]) -> None:
    page = write_report(told)
    for part in ("For a pharmacist", "For an engineer", "unmeasured", "Funnel", "rule of thumb", "planted"):
        assert part in page
    seen = watch(page)
    assert not seen.loads
    assert "script" not in seen.tags
    assert not re.search(r"https?://(?!www\.w3\.org)", page)


def test_every_section_that_is_linked_is_there(told: dict[str, Any]) -> None:
    page = write_report(told)
    links = re.findall(r'<a href="#(\w+)"', page)
    assert len(links) == 9
    assert all(f'<section id="{name}"' in page for name in links)


def test_hostile_rows_stay_text(told: dict[str, Any]) -> None:
    evil = copy.deepcopy(told)
    evil["run"] = evil["recipe"]["name"] = HOSTILE
    for row in evil["examples"].values():
        row["turns"] = [[HOSTILE, HOSTILE]]
        row["answer"], row["id"], row["sources"] = HOSTILE, HOSTILE, [HOSTILE]
    for name in ("sources", "topics", "dropped"):
        evil[name] = {f"{HOSTILE}{at}": value for at, value in enumerate(evil[name].values())}
    evil["counts"]["register"] = {HOSTILE: 1}
    evil["reach"]["topics"][0]["topic"] = HOSTILE
    evil["templates"]["top"][0]["ask"] = HOSTILE
    evil["safety"] = {"gates": {HOSTILE: {"entities": 1, "withheld": {HOSTILE: 1}, "source": HOSTILE}}}
    page = write_report(evil)
    seen = watch(page)
    assert not seen.tags & {"script", "img", "iframe", "object"}
    assert not seen.handlers
    assert "\u202e" not in page
    assert "\u2028" not in page


def test_without_charts_the_page_is_whole_and_says_so(told: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "can_draw", lambda: False)
    page = write_report(told)
    assert "Charts are left out" in page
    assert "<svg" not in page
    assert "characters</th>" in page


def test_figures_are_those_of_the_report(told: dict[str, Any]) -> None:
    figures = list_figures(told)
    assert figures["rows"] == told["rows"]
    assert figures["leaks"] == 0
    assert figures["accepted"] is None
    assert figures["duplicates"] == count_dropped(told, "duplicate")


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_shows_it(told: dict[str, Any], tmp_path: Path, scheme: str) -> None:
    evil = copy.deepcopy(told)
    next(iter(evil["examples"].values()))["turns"] = [["user", HOSTILE]]
    path = tmp_path / "report.html"
    path.write_text(write_report(evil), "utf-8")
    dark = ["--blink-settings=preferredColorScheme=0"] if scheme == "dark" else []
    command = [
        str(CHROMIUM),
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path / 'profile'}",
        *dark,
    ]
    shot = tmp_path / "page.png"
    subprocess.run([*command, f"--screenshot={shot}", "--window-size=1000,1400", path.as_uri()], check=True,
                   capture_output=True, timeout=120)  # fmt: skip
    assert shot.stat().st_size > 20_000
    shown = subprocess.run([*command, "--dump-dom", path.as_uri()], check=True, capture_output=True, timeout=120).stdout
    title = re.search(rb"<title>(.*?)</title>", shown)
    assert title is not None
    assert b"report of a dataset" in title[1]
