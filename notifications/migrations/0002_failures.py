"""Why a delivery failed, by the kind of the error."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds `Delivery.why`."""

    dependencies = [("notifications", "0001_initial")]

    operations = [
        migrations.AddField("delivery", "why", models.CharField(blank=True, max_length=60)),
    ]
