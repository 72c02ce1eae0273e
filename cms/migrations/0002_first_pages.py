"""A clean install has working pages: /ja/ and /en/ with their help and products."""

from django.db import migrations

from cms.setup import lay_out


def first_pages(apps, schema_editor):
    """Remove what Wagtail begins with, and lay out our own."""
    apps.get_model("wagtailcore", "Page").objects.filter(
        depth=2, slug="home", content_type__model="page"
    ).delete()
    apps.get_model("wagtailcore", "Page").objects.filter(depth=1, numchild=1).update(numchild=0)
    apps.get_model("auth", "Group").objects.filter(
        name__in=["Moderators", "Editors"], user=None
    ).delete()
    lay_out(apps)


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0001_initial"),
        ("customers", "0001_initial"),
        ("wagtailadmin", "0006_formstate"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("wagtailimages", "0027_image_description"),
        ("wagtail_localize", "0016_rename_page_revision_translationlog_revision"),
    ]
    operations = [migrations.RunPython(first_pages, migrations.RunPython.noop, elidable=True)]
