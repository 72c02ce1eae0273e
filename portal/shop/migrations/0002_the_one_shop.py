"""Write down the one shop with its defaults, so that there is a row to edit."""

from typing import Any

from django.db import migrations


def write(apps: Any, schema_editor: Any) -> None:
    """Make the row unless it is there."""
    apps.get_model("shop", "Shop").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
