"""Static files in production: compressed, and named after their content, so they never expire."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

# Where our own ES modules lie; those of Wagtail and others are left as they are.
_MODULES = ("bot", "cases", "customers", "desk", "home", "orders", "portal")


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Gives the modules that our modules import their lasting names too.

    Django can do so for all files or none (`support_js_module_import_aggregation`), and with all
    it stumbles over a package that imports what it does not bring.
    """

    # Each pass names what imports only what is named already: as many as imports are deep.
    max_post_process_passes = 10
    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        *(
            (
                f"{folder}/*.js",
                (
                    (r"""(?P<matched>from "(?P<url>\.\.?/[^"]+)")""", 'from "%(url)s"'),
                    (r"""(?P<matched>import\("(?P<url>\.\.?/[^"]+)"\))""", 'import("%(url)s")'),
                ),
            )
            for folder in _MODULES
        ),
    )
