import django.db.models.deletion
from django.db import migrations, models


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
    ]
