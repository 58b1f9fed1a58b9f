"""Filling in the admin's forms in tests as a browser would: what a page shows is sent back."""

from django.urls import reverse


def admin_url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def fields_of(form):
    values = {bound.html_name: bound.value() for bound in form}
    # An unticked box is not sent.
    return {
        name: "" if value is None else value for name, value in values.items() if value is not False
    }


def filled(page):
    """The data that this page would send if one pressed Save at once."""
    assert page.status_code == 200
    data = fields_of(page.context["adminform"].form)
    for inline in page.context.get("inline_admin_formsets", []):
        data |= fields_of(inline.formset.management_form)
        for form in inline.formset:
            data |= fields_of(form)
    return data


def rows(prefix, *rows, first=0):
    """Rows of an inline, as new ones from that position on."""
    data = {f"{prefix}-TOTAL_FORMS": first + len(rows), f"{prefix}-INITIAL_FORMS": first}
    for number, row in enumerate(rows, first):
        data |= {f"{prefix}-{number}-{field}": value for field, value in row.items()}
    return data


def save(client, address, **changes):
    """Open the page, change these fields, press Save."""
    return client.post(address, filled(client.get(address)) | changes)


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


def errors_of(response):
    """Everything that the page says is wrong, as one text."""
    assert response.status_code == 200
    return " ".join(str(error) for error in response.context["errors"])
