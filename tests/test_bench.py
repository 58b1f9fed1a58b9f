"""The benchmark's data, its arithmetic and its report; `make bench-quick` runs the rest."""

import xml.etree.ElementTree as ElementTree

import pytest
from django.conf import settings

from attacks.models import Claim, Incident
from bench import chart, data, goals, report
from bench.goals import GOALS, Goal, results
from tallies.imports import import_files

SVG = "{http://www.w3.org/2000/svg}"


def generated(folder, incidents=30, **options):
    data.generate(folder, incidents, **options)
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def document(**measures):
    """Results of one round in the shape of a run's."""
    return {
        "command": "make bench INCIDENTS=200",
        "day": "2026-01-02",
        "settings": {
            "incidents": 200,
            "rounds": 1,
            "import_rounds": 1,
            "seconds": 1,
            "seed": 1,
            "postgresql": "fsync=off",
        },
        "machine": {"processor": "a processor", "cores": 2, "memory_gb": 8},
        "versions": {"Python": "3.11"},
        "databases": {"A database": {"measures": measures, "equal": {}}},
    }


MEASURES = {"floor": [1000.0, 900.0, 1100.0], "P1 product": [200.0], "P1 naive": [10.0]}


@pytest.mark.django_db
def test_import_takes_generated_files_without_a_note(tmp_path):
    import_files([settings.BASE_DIR / "data"])
    shipped = Incident.objects.count()
    data.generate(tmp_path / "first", 200)
    data.generate_more(tmp_path / "more", 40)

    plans = [import_files([tmp_path / name]) for name in ("first", "first", "more")]

    assert [plan.refusals for plan in plans] == [[], [], []]
    assert [plan.notes for plan in plans] == [[], [], []]
    assert [bool(plan.revision) for plan in plans] == [True, False, True]
    assert Incident.objects.counted().count() > 200 * 0.8
    assert Incident.objects.count() == shipped + 240
    assert Claim.objects.filter(incident__keys__key__startswith="bench-").exists()


def test_same_seed_gives_the_same_bytes(tmp_path):
    first, again = generated(tmp_path / "first"), generated(tmp_path / "again")
    other = generated(tmp_path / "other", seed=2)

    assert first == again
    assert first["incidents.csv"] != other["incidents.csv"]


def test_claims_are_as_many_as_the_benchmark_says(tmp_path):
    lines = generated(tmp_path, 5_000)["claims.csv"].count(b"\n")

    assert lines / 5_000 == pytest.approx(0.619, rel=0.1)


@pytest.mark.parametrize(
    ("goal", "value", "verdict"),
    [
        pytest.param(Goal("P1", "", "P1 product", "floor", least=0.2), 0.2, "pass", id="ratio"),
        pytest.param(Goal("P1", "", "P1 product", "floor", least=0.3), 0.2, "short", id="too low"),
        pytest.param(Goal("P5", "", "P1 naive", most=9, unit="%"), 10, "short", id="value"),
        pytest.param(
            Goal("P7", "", "P1 product", "P1 naive", most=190, unit="MB"), 190, "pass", id="growth"
        ),
        pytest.param(Goal("P1", "", "P2 product", "floor"), None, "not measured", id="missing"),
    ],
)
def test_goal_is_held_against_medians(goal, value, verdict):
    result = goals.Result(goal, goal.value(MEASURES))

    assert (result.value, result.verdict) == (value, verdict)


def test_every_row_has_a_goal_and_a_title():
    assert list(dict.fromkeys(goal.row for goal in GOALS)) == list(goals.TITLES)
    assert all(goal.least is None or goal.most is None for goal in GOALS)
    assert [goal.row for goal in GOALS if not goal.text] == ["P6"]


def test_screen_shows_every_goal_with_its_verdict():
    lines = report.screen("A database", MEASURES).splitlines()

    assert lines[0] == "A database"
    assert len(lines) == 2 + len(GOALS)
    assert lines[2].split() == [
        *("P1", "incident", "list,", "page", "1", "an", "empty", "view"),
        *("0.2x", "at", "least", "0.12x", "pass"),
    ]


def test_report_replaces_what_stands_between_the_markers(tmp_path):
    page = tmp_path / report.PAGE
    page.write_text(f"Before\n{report.BEGIN}\nold figures\n{report.END}\nafter\n")

    report.write(document(**MEASURES), docs=tmp_path)
    once = page.read_text()
    report.write(document(**MEASURES), docs=tmp_path)

    assert page.read_text() == once
    assert once.startswith("Before\n")
    assert once.endswith("\nafter\n")
    assert "old figures" not in once
    assert "| P1 | incident list, page 1 | plain | 20x | at least 40x | short |" in once


def test_report_refuses_a_page_without_markers(tmp_path):
    (tmp_path / report.PAGE).write_text("No place")

    with pytest.raises(SystemExit, match="has no place for results"):
        report.write(document(**MEASURES), docs=tmp_path)


def test_page_of_the_docs_has_the_markers():
    page = (settings.BASE_DIR / "docs" / report.PAGE).read_text(encoding="utf-8")

    assert report.placed(page, "x").count(report.BEGIN) == 1


def test_chart_has_a_bar_for_each_goal_that_was_measured():
    drawn = ElementTree.fromstring(chart.chart([document(**MEASURES), document(**MEASURES)]))
    measured = [one for one in results(MEASURES) if one.value is not None]

    assert len(drawn.findall(f"{SVG}rect")) == 2 * len(measured) == 4
    assert [one.text for one in drawn.iter(f"{SVG}text")].count("A database, 200 incidents") == 2
