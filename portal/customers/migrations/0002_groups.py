"""The three groups of staff; what each may do in the CMS is given there."""

from django.db import migrations

from portal.customers.groups import ALL


def make(apps, schema_editor):
    """Make sure every group exists."""
    group = apps.get_model("auth", "Group")
    for name in ALL:
        group.objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
