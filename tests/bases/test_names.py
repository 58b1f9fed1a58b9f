import pytest
from hypothesis import given
from hypothesis import strategies as st

from bases.names import NameIndex, find_base, normalise
from tests.factories import make_base, make_base_name

pytestmark = pytest.mark.django_db

NAMES = st.text(alphabet="abcdefz ابتدرقه'-", min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("AL-OMAR", "al-omar", id="case"),
        pytest.param("Tal-Baydar", "Tal Baydar", id="hyphen"),
        pytest.param("Tal\u2013Baydar", "Tal Baydar", id="dash"),
        pytest.param("Al-Omar", "Omar", id="article with a hyphen"),
        pytest.param("El Omar", "Omar", id="article as a word"),
        pytest.param("At-Tanf", "Al-Tanf", id="article before a sun letter"),
        pytest.param("At Tanf", "Tanf", id="sun letter at the start"),
        pytest.param("Ash Shaddadi", "Al-Shaddadi", id="sh is one sun letter"),
        pytest.param("Ain al-Asad", "Ain Asad", id="article within a name"),
        pytest.param("Kata\u2019ib", "Kataib", id="apostrophe"),
        pytest.param("Ḥarīr", "Harir", id="Latin diacritics"),
        pytest.param("التنف", "تنف", id="Arabic article"),
        pytest.param("أربيل", "اربيل", id="hamza on alif"),
        pytest.param("القرية الخضراء", "القريه الخضراء", id="ta marbuta"),
        pytest.param("الشدّادي", "الشدادى", id="vowel sign, alif maqsura"),
    ],
)
def test_normalise_sees_two_spellings_as_one_name(one, other):
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Kharab al-Jir base in Rmeilan", "Kharab al-Jir base", id="base in ..."),
        pytest.param("Conoco gas field", "Conoco", id="kind of site"),
        pytest.param("Base at Erbil", "Base Erbil", id="English at is no article"),
        pytest.param("Altan", "Tan", id="al within a word"),
        pytest.param("Tower 22", "Tower 2", id="numbers"),
    ],
)
def test_normalise_keeps_names_apart(one, other):
    assert normalise(one) != normalise(other)


@given(NAMES)
def test_normalise_ignores_case_hyphens_and_outer_blanks(name):
    assert normalise(f"  {name.upper().replace(' ', '-')} ".replace("-", " - ")) == normalise(
        name.replace("-", " - ").replace(" ", " - ")
    )


@given(NAMES)
def test_normalise_leaves_nothing_but_letters_digits_and_single_blanks(name):
    form = normalise(name)
    assert form == " ".join(form.split())
    assert all(char.isalnum() or char == " " for char in form)


@given(st.lists(st.tuples(NAMES, st.sampled_from("ABC")), max_size=12), NAMES)
def test_find_gives_a_base_only_if_every_fitting_name_is_its(names, asked):
    index = NameIndex((name, base, False) for name, base in names)

    fitting = {base for name, base in names if normalise(name) == normalise(asked)} - {""}
    match = index.find(asked)

    if not normalise(asked):
        fitting = set()
    assert set(match.bases) == fitting
    assert match.base == (fitting.pop() if len(fitting) == 1 else None)


def test_find_base_by_slug_name_arabic_name_and_spelling():
    conoco = make_base("conoco", name="Conoco gas field base", name_ar="قاعدة حقل كونيكو للغاز")
    make_base_name(conoco, "Koniko gas field base")

    for name in (
        "conoco",
        "CONOCO gas field base",
        "قاعدة حقل كونيكو للغاز",
        "koniko Gas Field Base",
    ):
        assert find_base(name).base == conoco


def test_find_base_says_that_a_name_of_two_bases_is_ambiguous():
    one, other = make_base("one"), make_base("other")
    make_base_name(one, "Rukban")
    make_base_name(other, "Al-Rukban")

    match = find_base("rukban")

    assert match.base is None
    assert match.ambiguous
    assert set(match.bases) == {one, other}


def test_find_base_never_settles_on_a_doubtful_name():
    base = make_base("rubarya")
    make_base_name(base, "Malikiyah", doubtful=True)

    match = find_base("Malikiyah")

    assert match.base is None
    assert match.ambiguous
    assert match.bases == (base,)


def test_find_base_finds_nothing_for_an_unknown_or_empty_name():
    make_base("conoco")

    for name in ("Nowhere", "", "-", "Al-"):
        match = find_base(name)
        assert match.bases == ()
        assert not match.ambiguous


def test_containing_finds_bases_by_part_of_any_name():
    tanf = make_base("al-tanf", name_ar="قاعدة التنف")
    make_base("conoco")

    index = NameIndex.from_database()

    assert index.containing("tan") == [tanf]
    assert index.containing("تنف") == [tanf]
    assert index.containing(" ") == []


def test_name_index_needs_two_queries_a_revision(in_a_request, django_assert_num_queries):
    for _ in range(5):
        make_base_name(make_base(), "also")

    # The revision; the bases; their other names.
    with django_assert_num_queries(3):
        NameIndex.from_database()
    with django_assert_num_queries(0):
        NameIndex.from_database()
    make_base_name(make_base(), "later")
    assert NameIndex.from_database().containing("later")
