from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0003_consent'),
    ]

    operations = [
        migrations.AddField(
            model_name='touchpoint',
            name='outside_id',
            field=models.CharField(blank=True, max_length=64, null=True),
        ),
        migrations.AddConstraint(
            model_name='touchpoint',
            constraint=models.UniqueConstraint(condition=models.Q(('outside_id__isnull', False)), fields=('outside_id',), name='touchpoint_outside_once'),
        ),
    ]
