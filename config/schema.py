"""The schema of the API: parameters that every list has, and what every operation may answer."""

import re

from django.conf import settings
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

GUIDE = settings.BASE_DIR / "docs" / "api.md"
EXAMPLE_SITE = "http://127.0.0.1:8000"

TEXT = {"type": "string"}
POINT = {
    "type": "object",
    "nullable": True,
    "required": ["type", "coordinates"],
    "properties": {
        "type": {"type": "string", "enum": ["Point"]},
        "coordinates": {
            "type": "array",
            "items": {"type": "number"},
            "minItems": 2,
            "maxItems": 2,
            "description": "Longitude, latitude.",
        },
    },
}
FEATURES = {
    "type": "object",
    "required": ["type", "features", "number_of_features", "without_geometry"],
    "properties": {
        "type": {"type": "string", "enum": ["FeatureCollection"]},
        "features": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "id", "geometry", "properties"],
                "properties": {
                    "type": {"type": "string", "enum": ["Feature"]},
                    "id": TEXT,
                    "geometry": POINT,
                    "properties": {
                        "type": "object",
                        "description": "The columns of the CSV, under the same names.",
                    },
                },
            },
        },
        "number_of_features": {"type": "integer"},
        "without_geometry": {
            "type": "integer",
            "description": "How many of them have no known place: their geometry is null.",
        },
        "revision": {"type": "integer", "nullable": True},
        "license": TEXT,
        "attribution": TEXT,
    },
}
# Bodies that are not JSON records, by media type.
BODIES = {
    "text/csv": TEXT,
    "application/x-ndjson": TEXT,
    "application/atom+xml": TEXT,
    "application/geo+json": FEATURES,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {
        "type": "string",
        "format": "binary",
    },
}


class Schema(AutoSchema):
    """Tells of a list the parameters that come with its table and its orders."""

    def get_override_parameters(self):
        view = self.view
        named = getattr(view, "own_parameters", ()) if getattr(view, "is_list", False) else ()
        return [PARAMETERS[name](view) for name in named if name in PARAMETERS]


def ordering(view):
    names = [sign + name for name in view.orderings for sign in ("", "-")]
    return OpenApiParameter(
        "ordering", enum=names, description="Order of the list; with - the other way round."
    )


def fields(view):
    return OpenApiParameter(
        "fields",
        OpenApiTypes.STR,
        description="Only these fields, with commas between: of JSON those of a record, else "
        "columns, in the order in which they are asked for.",
    )


def bom(view):
    return OpenApiParameter(
        "bom",
        OpenApiTypes.BOOL,
        description="true: the CSV begins with a byte-order mark, by which Excel knows UTF-8.",
    )


FORMAT = "JSON comes in pages; every other format holds the whole list."


def facets(view):
    return OpenApiParameter(
        "facets",
        OpenApiTypes.STR,
        description="How many attacks count among these by each value, in `facets` of the answer: "
        "any breakdown of counts, with commas between.",
    )


PARAMETERS = {"ordering": ordering, "fields": fields, "bom": bom, "facets": facets}

# What stands beside the records of a page, by the parameter that asks for it.
BESIDE = {
    "facets": {
        "facets": {
            "type": "object",
            "additionalProperties": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/CountRow"},
            },
            "description": "With `facets`: the breakdowns asked for.",
        }
    },
    "updated_since": {
        "revision": {
            "type": "integer",
            "description": "With `updated_since`: the last revision, to ask with the next time.",
        }
    },
}

WORDS = {"type": "object", "additionalProperties": {"type": "array", "items": TEXT}}
DETAIL = {"type": "object", "properties": {"detail": TEXT}, "required": ["detail"]}


def _json(description, schema, **more):
    return {
        "description": description,
        "content": {"application/json": {"schema": schema, **more}},
    }


REFUSAL = _json(
    "A parameter, a format or a value is not known: what is allowed, by parameter.",
    WORDS,
    example={"since": ["Give a day as YYYY-MM-DD."]},
)
NOT_FOUND = _json("No such record, or none that is published.", DETAIL)
NOT_ACCEPTABLE = _json("No format that the Accept header names: see `format`.", DETAIL)
TOO_OFTEN = _json("Too many exports or searches: Retry-After says when to go on.", DETAIL)
SAME = {"description": "What the client holds (If-None-Match) is still the answer."}


def document_refusals(result, **kwargs):
    """Say in the schema what every operation may answer beside its records."""
    for address, operations in result["paths"].items():
        for operation in operations.values():
            answers = operation["responses"]
            answers.setdefault("400", REFUSAL)
            answers.setdefault("304", SAME)
            answers["406"], answers["429"] = NOT_ACCEPTABLE, TOO_OFTEN
            if "{" in address:
                answers["404"] = NOT_FOUND
    return result


def document_formats(result, **kwargs):
    """Say what the bodies of the other formats are, and what stands beside a page's records."""
    components = result.get("components", {}).get("schemas", {})
    for operations in result["paths"].values():
        for operation in operations.values():
            content = operation["responses"].get("200", {}).get("content", {})
            for media_type in content.keys() & BODIES.keys():
                content[media_type] = {"schema": BODIES[media_type]}
            parameters = {one["name"]: one for one in operation.get("parameters", [])}
            if "format" in parameters:
                parameters["format"]["description"] = FORMAT
            answer = content.get("application/json", {}).get("schema", {})
            page = components.get(answer.get("$ref", "").rpartition("/")[2], {})
            for name in parameters.keys() & BESIDE.keys():
                page["properties"] |= BESIDE[name]
    for name, component in components.items():
        if name.startswith("Paginated"):
            _allow_some_fields(component["properties"]["results"], components)
    return result


def _allow_some_fields(results, components):
    """With `fields`, the records of a page lack some of theirs."""
    record = results["items"]
    whole = components[record["$ref"].rpartition("/")[2]]
    some = {key: value for key, value in whole.items() if key != "required"}
    results["items"] = {"anyOf": [record, some | {"description": "With `fields`."}]}


def describe(result, generator, request, public):
    """Put the guide in front, with the addresses of this site in its examples."""
    guide = GUIDE.read_text(encoding="utf-8").partition("\n")[2]
    guide = re.sub(r"\[([^]]+)\]\([^)]*\.md\)", r"\1", guide)  # pages of the code's own docs
    if request is not None:
        guide = guide.replace(EXAMPLE_SITE, request.build_absolute_uri("/").rstrip("/"))
    result["info"]["description"] = f"{result['info']['description']}\n\n{guide.strip()}"
    return result
