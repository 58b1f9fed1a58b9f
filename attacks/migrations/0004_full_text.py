from django.db import migrations

# What `attacks.search` asks for, letter by letter: an index of another expression is not used.
INDEXES = {
    'incident_summary_search': ('attacks_incident', "'english'::regconfig, COALESCE(summary, '')"),
    'incident_summary_ar_search': ('attacks_incident', "'arabic'::regconfig, COALESCE(summary_ar, '')"),
    'claim_text_search': (
        'attacks_claim',
        "'english'::regconfig, COALESCE(summary, '') || ' ' || COALESCE(claimant_text, '')"
        " || ' ' || COALESCE(speaker, '') || ' ' || COALESCE(via, '')",
    ),
}


def make(apps, schema_editor):
    if schema_editor.connection.vendor == 'postgresql':
        for name, (table, text) in INDEXES.items():
            schema_editor.execute(f'CREATE INDEX {name} ON {table} USING gin (to_tsvector({text}))')


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == 'postgresql':
        for name in INDEXES:
            schema_editor.execute(f'DROP INDEX {name}')


class Migration(migrations.Migration):
    """Indexes for the full text search of PostgreSQL. Other databases have none and need none."""

    dependencies = [
        ('attacks', '0003_incident_changes'),
    ]

    operations = [
        migrations.RunPython(make, drop, elidable=False),
    ]
