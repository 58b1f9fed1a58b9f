import pytest
from django.template import Context, Template
from django.utils import translation

from sources.local_names import local_name
from tests.factories import make_base, make_base_name, make_organisation

pytestmark = pytest.mark.django_db


def linked(record):
    return Template("{% load names %}{% linked_name it %}").render(Context({"it": record}))


@pytest.mark.parametrize(
    ("language", "name"), [("en", "Conoco"), ("ar", "كونيكو"), ("fr", "Usine"), ("de", "Conoco")]
)
def test_base_is_called_by_its_name_in_the_language_of_the_page(language, name):
    base = make_base("conoco", name="Conoco", name_ar="كونيكو")
    make_base_name(base, "Usine de Conoco", language="fr", doubtful=True)
    make_base_name(base, "Usine", language="fr")
    make_base_name(base, "Zone", language="fr")

    with translation.override(language):
        assert local_name(base) == name


def test_name_that_is_not_on_record_is_the_one_in_english():
    with translation.override("ar"):
        assert local_name(make_organisation("sohr", name="SOHR", name_ar="")) == "SOHR"


def test_both_scripts_stand_beside_each_other():
    base = make_base("conoco", name="Conoco", name_ar="كونيكو")

    assert linked(base) == (
        '<a href="/bases/conoco/"><bdi>Conoco</bdi></a> '
        '<bdi class="alt" lang="ar" dir="rtl">كونيكو</bdi>'
    )
    with translation.override("ar"):
        assert linked(base) == (
            '<a href="/ar/bases/conoco/"><bdi>كونيكو</bdi></a> '
            '<bdi class="alt" lang="en" dir="ltr">Conoco</bdi>'
        )


def test_names_of_many_bases_are_one_query(django_assert_num_queries, in_a_request):
    bases = [make_base() for _ in range(3)]

    with translation.override("fr"), django_assert_num_queries(2):  # and the last revision
        for base in bases:
            local_name(base)
