import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('attacks', '0004_full_text'),
        ('bases', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='SpanTotal',
            fields=[
                ('rule', models.BigIntegerField(help_text='The id of the counting rule; 0 is that of the house.')),
                ('pk', models.CompositePrimaryKey('rule', 'span', 'first', 'base', blank=True, editable=False, primary_key=True, serialize=False)),
                ('span', models.CharField(choices=[('day', 'day'), ('month', 'month'), ('year', 'year')], max_length=5)),
                ('first', models.DateField(verbose_name='its first day')),
                ('began_certain', models.BigIntegerField()),
                ('began_possible', models.BigIntegerField()),
                ('began_in_a_range', models.BigIntegerField(verbose_name='possible, of no certain day')),
                ('ended_certain', models.BigIntegerField()),
                ('ended_possible', models.BigIntegerField()),
                ('base', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='bases.militarybase')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RangeTotal',
            fields=[
                ('rule', models.BigIntegerField(help_text='The id of the counting rule; 0 is that of the house.')),
                ('pk', models.CompositePrimaryKey('rule', 'base', 'earliest', 'latest', blank=True, editable=False, primary_key=True, serialize=False)),
                ('earliest', models.DateField()),
                ('latest', models.DateField()),
                ('longest', models.IntegerField(help_text='One of LENGTHS: no range has more days.')),
                ('certain', models.BigIntegerField()),
                ('possible', models.BigIntegerField()),
                ('base', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='bases.militarybase')),
            ],
            options={
                'indexes': [models.Index(fields=['rule', 'longest', 'earliest'], name='range_total_by_length')],
            },
        ),
    ]
