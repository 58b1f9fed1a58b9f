import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Max

PARTS = ("HistoricalClaim", "HistoricalCitation", "HistoricalIncidentKey")


def fill(apps, schema_editor):
    """Take from the histories which revision last wrote what each incident is shown from.

    It may name a later one than `attacks.changes` would have: a client then gets a record again
    that reads as it did.
    """
    written = _last_written(apps, "attacks", "HistoricalIncident")
    # One that was deleted since is in the history and not in the table.
    changed = {one: written.get(one, 0) for (one,) in _rows(apps, "Incident", "id")}

    def follow(links, written):
        for incident, *others in links.iterator():
            if incident in changed:
                numbers = (written.get(one, 0) for one in others)
                changed[incident] = max(changed[incident], *numbers)

    follow(_rows(apps, "Incident", "id", "merged_into"), written)
    bases = _last_written(apps, "bases", "HistoricalMilitaryBase")
    follow(_rows(apps, "Incident", "id", "base"), bases)
    for name in PARTS:
        # All rows of a part: it may have stood at another incident before.
        follow(_rows(apps, name, "incident", "id"), _last_written(apps, "attacks", name))
    reports = _last_written(apps, "sources", "HistoricalReport")
    organisations = _last_written(apps, "sources", "HistoricalOrganisation")
    for name in ("Claim", "Citation"):
        follow(_rows(apps, name, "incident", "report"), reports)
        follow(_rows(apps, name, "incident", "report__publisher"), organisations)
    parties = ("claimant", "claimant__parent", "blamed")
    follow(_rows(apps, "Claim", "incident", *parties), organisations)
    change = apps.get_model("attacks", "IncidentChange")
    change.objects.bulk_create(
        [change(incident_id=one, revision_id=number) for one, number in changed.items() if number],
        batch_size=1000,
    )


def _rows(apps, name, *fields):
    return apps.get_model("attacks", name).objects.order_by().values_list(*fields).distinct()


def _last_written(apps, app, name):
    """Of each object the number of the revision that last wrote it."""
    rows = apps.get_model(app, name).objects.order_by()
    return dict(rows.values_list("id").annotate(Max("revision_id")))


class Migration(migrations.Migration):

    dependencies = [
        ('attacks', '0002_counting_rules'),
        ('bases', '0001_initial'),
        ('sources', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='IncidentChange',
            fields=[
                ('incident', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='change', serialize=False, to='attacks.incident')),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sources.revision')),
            ],
            options={
                'indexes': [models.Index(fields=['revision', 'incident'], name='incident_changed_since')],
            },
        ),
        migrations.AddIndex(
            model_name='incident',
            index=models.Index(fields=['latest', 'id'], name='incident_by_last_day'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
